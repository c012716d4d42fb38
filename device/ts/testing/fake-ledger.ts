/**
 * A ledger of one sensor for simulations: takes the next number only, signs by real keys, finds conflicts at commit. An implementation of
 * its own, so that the device is not tested against its own assumptions alone.
 */
import { common, peer } from "@hyperledger/fabric-protos";
import { type Batch, batchHash, decodeBatch, decodeMoment } from "../../../lib/domain/batch";
import { canonicalBytes } from "../../../lib/domain/canonical-json";
import type { Command, CommandReport, WithheldReport } from "../../../lib/messages/commands";
import { type ErrorCode, WintersealError } from "../../../lib/messages/errors";
import { ATTESTED_READ_DOMAIN } from "../../../lib/messages/functions";
import { toHex } from "../bytes";
import { endorsedPayload, endorsement, openProposal } from "./endorse";
import type { Party } from "./party";

export interface Recorded {
  readonly sequence: number;
  readonly hash: string;
  readonly batch: Batch;
  /** hex */
  readonly transaction: string;
}

export interface ToldCommand {
  readonly counter: number;
  readonly expires: number;
  readonly command: Command;
}

interface Simulated {
  readonly result: Record<string, unknown>;
  /** Number of records that the simulation saw; another at commit is a conflict. */
  readonly version: number;
  readonly write?: Omit<Recorded, "transaction">;
  readonly report?: CommandReport | WithheldReport;
}

const WINDOW = 300_000;
const VALID = 0;
const MVCC_READ_CONFLICT = 11;
const refuse = (code: ErrorCode): never => {
  throw new WintersealError(code);
};

export class FakeLedger {
  readonly chain: Recorded[] = [];
  readonly #sensor: string;
  readonly #endorsers: readonly Party[];
  readonly #now: () => number;
  readonly #simulated = new Map<string, Simulated>();
  readonly statuses = new Map<string, number>();
  /** What the owner told the sensor, and how often the goods that it rides with ask for readings. */
  readonly told: ToldCommand[] = [];
  limit: number | null = null;
  readonly reports: CommandReport[] = [];
  readonly withheld: WithheldReport[] = [];
  /** Second contents under one number that were ever proposed: what a good device never does. */
  equivocations = 0;

  constructor(sensor: string, endorsers: readonly Party[], now: () => number) {
    this.#sensor = sensor;
    this.#endorsers = endorsers;
    this.#now = now;
  }

  get head(): { sequence: number; hash: string } {
    return this.chain.at(-1) ?? { sequence: 0, hash: "" };
  }

  /** ms UTC */
  get now(): number {
    return this.#now();
  }

  /** @throws WintersealError as the contract would */
  async endorse(signedProposal: Uint8Array): Promise<{ payload: Uint8Array; endorsements: Uint8Array[] }> {
    const opened = openProposal(signedProposal);
    const at = opened.channelHeader.getTimestamp()?.toDate().getTime() ?? 0;
    if (Math.abs(at - this.#now()) > WINDOW) refuse("TIMESTAMP_OFF");
    const [name, first, second] = opened.args;
    const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
    const simulated =
      text(name) === "attest:Read"
        ? this.#read(text(first), text(second))
        : text(name) === "sensor:Report"
          ? this.#report(text(first))
          : this.#record(first ?? new Uint8Array(0), second ?? new Uint8Array(0));
    this.#simulated.set(opened.transactionId, simulated);
    const payload = endorsedPayload(opened.hash, { result: canonicalBytes(simulated.result as never) });
    return { payload, endorsements: await Promise.all(this.#endorsers.map((party) => endorsement(party, payload))) };
  }

  /** Commits a signed transaction; the same one again changes nothing. */
  commit(envelope: Uint8Array): string {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
    const header = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0));
    // that it parses as Fabric parses it
    peer.Transaction.deserializeBinary(payload.getData_asU8());
    const id = header.getTxId();
    const simulated = this.#simulated.get(id);
    if (simulated === undefined || this.statuses.has(id)) return id;
    const valid = simulated.version === this.chain.length;
    this.statuses.set(id, valid ? VALID : MVCC_READ_CONFLICT);
    if (valid && simulated.write !== undefined) this.chain.push({ ...simulated.write, transaction: id });
    if (valid && simulated.report?.kind === "command") this.reports.push(simulated.report);
    if (valid && simulated.report?.kind === "withheld") this.withheld.push(simulated.report);
    return id;
  }

  get #reported(): number {
    return this.reports.at(-1)?.counter ?? 0;
  }

  #report(statement: string): Simulated {
    const { report } = JSON.parse(statement) as { report: CommandReport | WithheldReport };
    const version = this.chain.length;
    const answer = (result: string, reported: number) => ({ result, sensor: this.#sensor, reported });
    if (report.kind === "withheld") {
      const known = this.withheld.some(({ transaction }) => transaction === report.transaction);
      const batch = this.chain.find(({ sequence }) => sequence === report.sequence);
      if (!known && (batch === undefined || batch.transaction === report.transaction)) refuse("ARGUMENT_INVALID");
      return known
        ? { result: answer("already-recorded", report.sequence), version }
        : { result: answer("recorded", report.sequence), version, report };
    }
    if (report.counter <= this.#reported) return { result: answer("already-recorded", this.#reported), version };
    return { result: answer("recorded", report.counter), version, report };
  }

  #read(question: string, nonce: string): Simulated {
    const parsed = JSON.parse(question) as { kind: string; sequence?: number };
    if (parsed.kind === "command") {
      const answer = { sensor: this.#sensor, newest: this.told.at(-1) ?? null, reported: this.#reported, limit: this.limit };
      return { result: { domain: ATTESTED_READ_DOMAIN, question: parsed, nonce, answer }, version: -1 };
    }
    const found = parsed.kind === "sensor" ? this.head : (this.chain.find(({ sequence }) => sequence === parsed.sequence) ?? null);
    const { sequence = 0, hash = "", transaction = "" }: Partial<Recorded> = found ?? {};
    const answer = found === null ? null : { sequence, hash, transaction };
    return { result: { domain: ATTESTED_READ_DOMAIN, question: parsed, nonce, answer }, version: -1 };
  }

  #record(bytes: Uint8Array, moment: Uint8Array): Simulated {
    decodeMoment(moment);
    const batch = decodeBatch(bytes);
    const hash = toHex(batchHash(this.#sensor, bytes));
    const { sequence } = batch;
    const version = this.chain.length;
    const result = (outcome: string) => ({ result: outcome, sensor: this.#sensor, sequence, hash });
    if (sequence <= this.head.sequence) {
      const recorded = this.chain.find((one) => one.sequence === sequence);
      if (recorded?.hash === hash) return { result: result("already-recorded"), version };
      this.equivocations += 1;
      return { result: result("equivocation"), version };
    }
    const first = batch.kind === "lost" ? batch.from : sequence;
    if (first !== this.head.sequence + 1) refuse(first <= this.head.sequence ? "SEQUENCE_PAST" : "SEQUENCE_GAP");
    if (toHex(batch.previous) !== (this.head.hash || "00".repeat(32))) refuse("PREVIOUS_HASH");
    return { result: result("recorded"), version, write: { sequence, hash, batch } };
  }
}
