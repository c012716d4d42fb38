/**
 * Exchanges over the compact link with every intermediate result: what other implementations of the client are tested with (device/vectors), and what the
 * fuzzer mutates. Keys, nonces and signatures are those of one recording; the bytes that follow from them are what counts.
 */
import { type Batch, batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS } from "../../../lib/domain/batch";
import { COMPACT_LEVEL } from "../../../lib/messages/link";
import { CompactProxy } from "../../../proxy/relay/compact";
import { fromHex, toHex } from "../bytes";
import { LightClient, parseResult } from "../client";
import { CompactDevice } from "../compact/device";
import { nodeCrypto } from "../crypto-node";
import type { Link } from "../link";
import { encodeFrom, encodeTo, type FromMessage, type ToMessage } from "../link-messages";
import { countedNonces } from "../nonces";
import { ContractLedger } from "./contract-ledger";
import { createParty } from "./party";

/** One question and its answer, in both forms, hex. */
export interface Exchanged {
  readonly what: string;
  readonly type: string;
  readonly level: string;
  /** The question as it travelled. */
  readonly sent: string;
  /** The same in full form. */
  readonly sentFull: string;
  readonly answerLevel: string;
  readonly received: string;
  readonly receivedFull: string;
}

export interface Vectors {
  readonly format: "winterseal/link-vectors/1";
  readonly sensor: string;
  readonly exchanges: readonly Exchanged[];
}

/** Both ends as they stand after an exchange: live objects for the fuzzer. */
export interface Ends {
  readonly device: CompactDevice;
  readonly proxy: CompactProxy;
}

const ID = "sensor-1";
const BOOT = fromHex("0102030405060708");

/** Takes one sensor through everything that the compact form can say. */
export async function record(): Promise<{ vectors: Vectors; ends: Ends }> {
  const [party, ...endorsers] = await Promise.all([
    createParty("AuthorityMSP", ID),
    createParty("AuthorityMSP", "peer0.authority"),
    createParty("ShipperMSP", "peer0.shipper"),
  ]);
  const ledger = new ContractLedger(ID, endorsers);
  await ledger.prepare();
  const [device, proxy] = [new CompactDevice(ID), new CompactProxy(COMPACT_LEVEL)];
  const exchanges: Exchanged[] = [];
  let what = "";
  let request = 0;
  const link: Link = {
    async request(body) {
      request += 1;
      const message: FromMessage = { ...body, request };
      const out = device.encode(message);
      const opening = proxy.open(ID, out.level, out.bytes);
      const answer: ToMessage = { ...(await ledger.request(opening.message)), request };
      const reply = opening.reply(answer);
      const whole = device.decode(reply.level, reply.bytes);
      exchanges.push({
        what,
        type: body.type,
        level: out.level,
        sent: toHex(out.bytes),
        sentFull: toHex(encodeFrom(message)),
        answerLevel: reply.level,
        received: toHex(reply.bytes),
        receivedFull: toHex(encodeTo(whole)),
      });
      return whole;
    },
  };
  let tick = 1_000;
  const origin = ledger.book.now;
  const now = () => origin + tick;
  const crypto = nodeCrypto();
  const trust = endorsers.map(({ mspId, certificate }) => ({ mspId, certificate }));
  const client = await LightClient.open(
    { signer: party.signer, link, crypto, now, nonce: countedNonces(crypto.random) },
    { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers: trust },
  );
  let sequence = 0;
  let previous: Uint8Array = FIRST_PREVIOUS;
  const batch = async (title: string, temperatures: readonly number[], boot = BOOT) => {
    what = title;
    const readings = temperatures.map((temperature) => {
      tick += 60_000;
      return { tick, temperature, humidity: 450 };
    });
    const content: Batch = { kind: "readings", sequence: sequence + 1, previous, boot, clock: null, readings };
    const bytes = encodeBatch(content);
    await client.transact("batch:Record", [bytes, encodeMoment({ boot, tick })], parseResult);
    sequence += 1;
    previous = batchHash(ID, bytes);
  };
  await batch("first batch: in full, the set-up", [5_000]);
  for (let round = 2; round <= 11; round++) await batch(`batch ${round} after batch ${round - 1}`, [5_000 + 7 * round]);
  ledger.traffic = { blocks: 300, transactions: 130 };
  await batch("the one before lies deep in a later block", [5_100]);
  await batch("which shows in the next one's read set", [5_090]);
  await batch(
    "sixty readings",
    Array.from({ length: 60 }, (_, index) => 5_000 + index),
  );
  what = "an attested read";
  await client.read({ kind: "sensor", sensor: ID });
  await batch("a batch after an attested read", [5_080]);
  await batch("a violation begins", [9_000]);
  await batch("and goes on", [9_010]);
  ledger.version = "2";
  await batch("another version of the contract", [5_000]);
  await batch("in a new boot", [5_000], fromHex("1112131415161718"));
  return { vectors: { format: "winterseal/link-vectors/1", sensor: ID, exchanges }, ends: { device, proxy } };
}
