import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { derToRaw } from "../../device/ts/der";
import { decodeBlock } from "../fabric/block";
import type { EndorserTransaction } from "../fabric/block-transaction";
import { TestLedger } from "../projection/testing/ledger";
import { Organisation, signAs } from "../projection/testing/parties";
import { TestSensor } from "../projection/testing/trip";
import { Members } from "./members";
import { type TransactionRules, verifyTransaction } from "./verify-transaction";

type Transaction = EndorserTransaction & { readonly id: string };

let ledger: TestLedger;
let rules: TransactionRules;
let honest: Transaction;

beforeAll(async () => {
  ledger = await TestLedger.create();
  rules = ledger.rules;
  const sensor = await TestSensor.register(ledger, "probe-1");
  await sensor.send([5000]);
  const [transaction] = decodeBlock(ledger.cut()).transactions;
  if (transaction?.kind !== "endorser") throw new TypeError("no endorser transaction");
  honest = transaction;
});

const refusal = (transaction: Transaction, more: Partial<TransactionRules> = {}) =>
  verifyTransaction(transaction, { ...rules, ...more }).then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

/** The other of the two signatures that the curve allows. */
function highS(der: Uint8Array): Uint8Array {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const raw = Buffer.from(derToRaw(der));
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
    const positive = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  };
  const r = integer(BigInt(`0x${raw.subarray(0, 32).toString("hex")}`));
  const s = integer(order - BigInt(`0x${raw.subarray(32).toString("hex")}`));
  return Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s]);
}

const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));

describe("one transaction by itself", () => {
  test("proves its creator, its arguments and its endorsers", async () => {
    expect(await verifyTransaction(honest, rules)).toEqual({ endorsers: ["AuthorityMSP", "ShipperMSP"] });
  });

  const refused: readonly [name: string, code: string, change: (transaction: Transaction) => Transaction][] = [
    ["another channel", "PROPOSAL_REFUSED", (each) => ({ ...each, channel: "other" })],
    [
      "another contract in the header alone",
      "PROPOSAL_REFUSED",
      (each) => ({ ...each, chaincode: { ...each.chaincode, header: "other" } }),
    ],
    ["another contract endorsed", "PROPOSAL_REFUSED", (each) => ({ ...each, chaincode: { ...each.chaincode, endorsed: "other" } })],
    ["an id that is not its own", "SIGNATURE_INVALID", (each) => ({ ...each, id: createHash("sha256").digest("hex") })],
    ["an altered payload", "SIGNATURE_INVALID", (each) => ({ ...each, payload: flipped(each.payload) })],
    ["an altered signature", "SIGNATURE_INVALID", (each) => ({ ...each, signature: flipped(each.signature) })],
    ["a signature with high S", "SIGNATURE_INVALID", (each) => ({ ...each, signature: highS(each.signature) })],
    ["no signature", "SIGNATURE_INVALID", (each) => ({ ...each, signature: new Uint8Array(0) })],
    ["a peer as its creator", "SIGNATURE_INVALID", (each) => ({ ...each, creator: peerOf(each) })],
    ["an unknown organisation's creator", "SIGNATURE_INVALID", (each) => ({ ...each, creator: { ...each.creator, mspId: "GhostMSP" } })],
    [
      "an answer endorsed for another proposal",
      "ENDORSED_HEADER",
      (each) => ({ ...each, proposalHash: { ...each.proposalHash, actual: flipped(each.proposalHash.actual) } }),
    ],
    ["an altered answer", "ENDORSERS_TOO_FEW", (each) => ({ ...each, responsePayload: flipped(each.responsePayload) })],
    ["an endorsement with high S", "ENDORSERS_TOO_FEW", (each) => ({ ...each, endorsements: each.endorsements.map(withHighS) })],
  ];
  test.each(refused)("is refused with %s (%s)", async (_, code, change) => {
    expect(await refusal(change(honest))).toBe(code);
  });

  test("is refused when more organisations are wanted than endorsed", async () => {
    expect(await refusal(honest, { endorsements: 3 })).toBe("ENDORSERS_TOO_FEW");
  });

  test("counts no endorsement of the operator, whose root may be pinned for its creators", async () => {
    const operator = await Organisation.create("OperatorMSP");
    const peer = await operator.issue("peer0.operator", "peer");
    const pinned = [...ledger.organisations, operator].map(({ mspId, root }) => ({ mspId, pem: root }));
    const signature = signAs(peer, Buffer.concat([honest.responsePayload, peer.serialized]));
    const own = { endorser: peer.serialized, identity: { mspId: peer.mspId, pem: peer.pem }, signature };
    const [authority] = honest.endorsements;
    const together = { ...honest, endorsements: authority === undefined ? [] : [authority, own] };
    expect(await refusal(together, { members: Members.of(pinned) })).toBe("ENDORSERS_TOO_FEW");
  });

  test("is refused under another root of the same name", async () => {
    const other = await Organisation.create("AuthorityMSP");
    expect(await refusal(honest, { members: Members.of([{ mspId: "AuthorityMSP", pem: other.root }]) })).toBe("SIGNATURE_INVALID");
  });
});

test("a certificate authority's own certificate is nobody's identity", async () => {
  const [authority] = ledger.organisations;
  await expect(rules.members.identify("AuthorityMSP", authority?.root ?? "")).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
});

test("what is pinned as a root must be one", () => {
  expect(() => Members.of([{ mspId: "AuthorityMSP", pem: ledger.people.authority.pem }])).toThrow("no certificate authority");
});

const peerOf = ({ endorsements }: Transaction) => endorsements[0]?.identity ?? { mspId: "", pem: "" };

function withHighS(endorsement: Transaction["endorsements"][number]): Transaction["endorsements"][number] {
  return { ...endorsement, signature: highS(endorsement.signature) };
}
