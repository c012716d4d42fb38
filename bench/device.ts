/**
 * What the light client itself costs: computing per transaction with link and endorsers taken out, and bytes per message in full form.
 * Link.md's figures (5,534 bytes sent, 2,355 received) are the paper's scheme on real Fabric; real certificates carry more attributes.
 */
import { performance } from "node:perf_hooks";
import { fromHex } from "../device/ts/bytes";
import { LightClient, parseResult } from "../device/ts/client";
import { nodeCrypto } from "../device/ts/crypto-node";
import type { Link } from "../device/ts/link";
import { encodeFrom, encodeTo, type FromBody, type ToBody } from "../device/ts/link-messages";
import { endorsedPayload, endorsement, openProposal } from "../device/ts/testing/endorse";
import { createParty, type Party } from "../device/ts/testing/party";
import { encodeBatch, encodeMoment, FIRST_PREVIOUS, type TickReading } from "../lib/domain/batch";
import { canonicalBytes } from "../lib/domain/canonical-json";
import { percentile } from "./report";

export interface DeviceBenchResult {
  readonly readings: number;
  /** Forming, signing twice, checking two endorsers; ms per transaction. */
  readonly computing: { readonly p50: number; readonly p95: number };
  /** Bytes per transaction on the link, topic and TLS left out. */
  readonly bytes: { readonly batch: number; readonly sent: number; readonly received: number };
}

/** A proxy that answers at once, counts bytes and takes its own time out of the client's. */
class MeteredLink implements Link {
  sent = 0;
  received = 0;
  /** ms spent outside of the client */
  away = 0;
  #transactionId = "";
  readonly #endorsers: readonly Party[];

  constructor(endorsers: readonly Party[]) {
    this.#endorsers = endorsers;
  }

  async request(body: FromBody) {
    const begun = performance.now();
    this.sent += encodeFrom({ ...body, request: 1 }).length;
    const answer = { ...(await this.#answer(body)), request: 1 };
    this.received += encodeTo(answer).length;
    this.away += performance.now() - begun;
    return answer;
  }

  async #answer(body: FromBody): Promise<ToBody> {
    if (body.type !== "sendTXP") {
      return { type: "committed", transactionId: fromHex(this.#transactionId), block: 1, validationCode: 0 };
    }
    const { hash, transactionId } = openProposal(body.signedProposal);
    this.#transactionId = transactionId;
    const payload = endorsedPayload(hash, { result: canonicalBytes({ result: "recorded" }) });
    return { type: "endorsed", payload, endorsements: await Promise.all(this.#endorsers.map((party) => endorsement(party, payload))) };
  }
}

/** @param readings per batch */
export async function benchDevice(readings: number, transactions = 500): Promise<DeviceBenchResult> {
  const [sensor, ...endorsers] = await Promise.all([
    createParty("AuthorityMSP", "bench-sensor"),
    createParty("AuthorityMSP", "peer0.authority"),
    createParty("ShipperMSP", "peer0.shipper"),
  ]);
  const link = new MeteredLink(endorsers);
  const client = await LightClient.open(
    { signer: sensor.signer, link, crypto: nodeCrypto(), now: Date.now },
    { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers },
  );
  const boot = new Uint8Array(8).fill(1);
  const taken: TickReading[] = Array.from({ length: readings }, (_, index) => ({
    tick: index * 1000 + (index % 3),
    temperature: 4900 + ((index * 37) % 900),
    humidity: 550 + (index % 7),
  }));
  const batch = encodeBatch({ kind: "readings", sequence: 1, previous: FIRST_PREVIOUS, boot, clock: null, readings: taken });
  const once = async () => {
    const [begun, away] = [performance.now(), link.away];
    await client.transact("batch:Record", [batch, encodeMoment({ boot, tick: 1_000_000 })], parseResult);
    return performance.now() - begun - (link.away - away);
  };
  for (let warm = 0; warm < 50; warm++) await once();
  [link.sent, link.received] = [0, 0];
  const times: number[] = [];
  for (let done = 0; done < transactions; done++) times.push(await once());
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    readings,
    computing: { p50: round(percentile(times, 0.5)), p95: round(percentile(times, 0.95)) },
    bytes: { batch: batch.length, sent: Math.round(link.sent / transactions), received: Math.round(link.received / transactions) },
  };
}
