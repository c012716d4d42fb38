/** A proxy that loses, delays, withholds and lies, by a seed; with everything at 0 it is a good one. */
import { type ErrorCode, WintersealError } from "../../../lib/messages/errors";
import { fromHex } from "../bytes";
import type { Link } from "../link";
import type { FromBody, ToBody, ToMessage } from "../link-messages";
import type { FakeLedger } from "./fake-ledger";
import type { VirtualTime } from "./virtual-time";

/** Each the chance of one thing per message, 0 to 1. */
export interface Malice {
  /** The message or its answer is lost. */
  readonly lose: number;
  /** A transaction is kept back and sent to the ledger much later. */
  readonly withhold: number;
  /** "Committed", though nothing was sent. */
  readonly forgeNotice: number;
  /** A refusal out of thin air. */
  readonly forgeRefusal: number;
  /** An answer given once before. */
  readonly replay: number;
  /** Some byte of an answer is altered. */
  readonly alter: number;
  /** The time is a lie, by up to a year. */
  readonly lieTime: number;
  /** Longest delay, ms. */
  readonly delay: number;
}
export const HONEST: Malice = { lose: 0, withhold: 0, forgeNotice: 0, forgeRefusal: 0, replay: 0, alter: 0, lieTime: 0, delay: 50 };

const FORGED: readonly ErrorCode[] = [
  "SEQUENCE_GAP",
  "SEQUENCE_PAST",
  "SENSOR_SUSPENDED",
  "BUSY",
  "COMMIT_INVALID",
  "TIMESTAMP_OFF",
  "PREVIOUS_HASH",
];

export class HostileLink implements Link {
  malice: Malice;
  readonly #ledger: FakeLedger;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #said: ToBody[] = [];

  constructor(ledger: FakeLedger, time: VirtualTime, now: () => number, random: () => number, malice: Malice) {
    this.#ledger = ledger;
    this.#time = time;
    this.#now = now;
    this.#random = random;
    this.malice = malice;
  }

  async request(body: FromBody, deadlineMs: number): Promise<ToMessage> {
    await this.#time.sleep(this.#random() * this.malice.delay);
    if (this.#chance(this.malice.lose)) return this.#silence(deadlineMs);
    const answer = this.#bend(await this.#answer(body, deadlineMs));
    await this.#time.sleep(this.#random() * this.malice.delay);
    if (this.#chance(this.malice.lose)) return this.#silence(deadlineMs);
    this.#said.push(answer);
    return { ...answer, request: 0 };
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  async #silence(deadlineMs: number): Promise<never> {
    await this.#time.sleep(deadlineMs);
    throw new WintersealError("DEADLINE");
  }

  /** What a proxy does with an answer before it hands it on. */
  #bend(answer: ToBody): ToBody {
    if (this.#chance(this.malice.forgeRefusal)) return refused(FORGED[Math.floor(this.#random() * FORGED.length)] ?? "BUSY");
    if (this.#chance(this.malice.replay)) return this.#said.findLast(({ type }) => type === answer.type) ?? answer;
    if (this.#chance(this.malice.alter) && "payload" in answer) {
      const at = Math.floor(this.#random() * answer.payload.length);
      return { ...answer, payload: answer.payload.with(at, (answer.payload[at] ?? 0) ^ 0x11) };
    }
    return answer;
  }

  async #answer(body: FromBody, deadlineMs: number): Promise<ToBody> {
    switch (body.type) {
      case "hello":
        return {
          type: "time",
          milliseconds: this.#now() + (this.#chance(this.malice.lieTime) ? Math.round((this.#random() - 0.5) * 6.3e10) : 0),
        };
      case "sendTXP":
      case "read":
        return this.#endorse(body);
      case "sendTX":
        return this.#transaction(body.envelope, deadlineMs);
      case "status":
        return this.#status(Buffer.from(body.transactionId).toString("hex"));
    }
  }

  async #endorse(body: Extract<FromBody, { type: "sendTXP" | "read" }>): Promise<ToBody> {
    try {
      return { type: body.type === "read" ? "answer" : "endorsed", ...(await this.#ledger.endorse(body.signedProposal)) };
    } catch (error) {
      if (error instanceof WintersealError) return refused(error.code);
      throw error;
    }
  }

  #transaction(envelope: Uint8Array, deadlineMs: number): ToBody | Promise<ToBody> {
    if (this.#chance(this.malice.withhold)) {
      const later = this.#time.sleep(this.#random() * 600_000).then(() => this.#ledger.commit(envelope));
      // Nobody waits for longer than the deadline, whenever the answer comes.
      return this.#chance(0.5)
        ? refused("COMMIT_UNKNOWN")
        : Promise.race([later.then((id) => this.#status(id)), this.#silence(deadlineMs)]);
    }
    if (this.#chance(this.malice.forgeNotice)) return committed(transactionIdIn(envelope), 0);
    return this.#status(this.#ledger.commit(envelope));
  }

  #status(id: string): ToBody {
    const code = this.#ledger.statuses.get(id);
    return code === undefined ? refused("COMMIT_UNKNOWN") : committed(id, code);
  }
}

/** The transaction id stands in the envelope as 64 hex digits: enough for a liar. */
const transactionIdIn = (envelope: Uint8Array): string =>
  /(?<=\*@)[0-9a-f]{64}/.exec(Buffer.from(envelope).toString("latin1"))?.[0] ?? "00".repeat(32);

const committed = (id: string, validationCode: number): ToBody => ({
  type: "committed",
  transactionId: fromHex(id),
  block: 1,
  validationCode,
});

const refused = (code: ErrorCode): ToBody => ({
  type: "refused",
  code,
  stage: "endorse",
  message: "",
  retryAfter: 0,
  transactionId: new Uint8Array(0),
});
