/** Evidence files for tests: made from a ledger in memory whose certificates, signatures and endorsements are real, and from a real genesis block. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LedgerConfigInput, parseLedgerConfig } from "../../../ledger/config";
import { channelGroup, genesisBlock } from "../../../ledger/orderer/genesis";
import { readEnvelopes } from "../../../ledger/wire/block";
import { decodeBlock, VALID } from "../../fabric/block";
import { CHAINCODE, CHANNEL, type TestLedger } from "../../projection/testing/ledger";
import { Organisation } from "../../projection/testing/parties";
import type { AttestedHead, EvidenceParts, Subject } from "../file";
import { fingerprintOf, type Pins } from "../pins";

/** The channel's configuration as the embedded ledger writes it, with the test ledger's roots. */
export async function configurationOf(ledger: TestLedger): Promise<EvidenceParts["configuration"]> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-evidence-"));
  try {
    const orderer = await Organisation.create("OrdererMSP");
    const roots = [...ledger.organisations, orderer].map(({ mspId, root }) => ({ mspId, root: `${mspId}.pem`, pem: root }));
    for (const { root, pem } of roots) await writeFile(join(folder, root), pem);
    const unused = { certificate: "none", privateKey: "none" };
    const input: LedgerConfigInput = {
      channel: CHANNEL,
      chaincode: { name: CHAINCODE },
      data: "ledger",
      endorsements: 2,
      orderer: { mspId: "OrdererMSP", root: "OrdererMSP.pem", ...unused },
      organisations: ledger.organisations.map(({ mspId }) => ({
        mspId,
        root: `${mspId}.pem`,
        peer: { name: mspId, listen: "127.0.0.1:4121", ...unused },
        contract: { address: "127.0.0.1:1", packageId: "x" },
      })),
      readers: [],
    };
    const block = genesisBlock(CHANNEL, await channelGroup(parseLedgerConfig(input, folder)));
    const [envelope] = readEnvelopes(block);
    return [{ block: 0, previous: "", envelope: envelope ?? new Uint8Array(), metadata: new Uint8Array() }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every valid transaction of the ledger: right for a ledger that holds one shipment. */
export function transactionsOf(ledger: TestLedger): EvidenceParts["transactions"] {
  return ledger.blocks.flatMap((each) => {
    const { number, transactions } = decodeBlock(each);
    return transactions
      .filter(({ kind, validationCode }) => kind === "endorser" && validationCode === VALID)
      .map(({ position, envelope }) => ({ block: number, position, envelope }));
  });
}

export const rootsOf = (ledger: TestLedger): EvidenceParts["roots"] =>
  ledger.organisations.map(({ mspId, root }) => ({ mspId, certificate: root }));

export const pinsOf = (ledger: TestLedger): Pins => ({
  roots: ledger.organisations.map(({ mspId, root }) => ({ mspId, fingerprint: fingerprintOf(root) })),
  genesis: [],
});

/** The attested read of a shipment as the ledger stands. */
export async function headOf(ledger: TestLedger, shipment: string): Promise<AttestedHead> {
  const { proposal, payload, endorsements } = await ledger.read(ledger.people.recipient, { kind: "shipment", shipment });
  return { proposal, payload, endorsements: [...endorsements] };
}

export async function partsOf(ledger: TestLedger, subject: Subject): Promise<EvidenceParts> {
  return {
    network: { channel: CHANNEL, chaincode: CHAINCODE },
    subject,
    roots: rootsOf(ledger),
    configuration: await configurationOf(ledger),
    transactions: transactionsOf(ledger),
    heads: [await headOf(ledger, subject.shipment)],
  };
}
