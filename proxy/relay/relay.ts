import { derToRaw } from "../../device/ts/der";
import type { FromMessage, ToBody } from "../../device/ts/link-messages";
import type { CommitNotices } from "../../lib/fabric/commit-notices";
import type { Deadlines } from "../../lib/fabric/deadlines";
import type { Peers } from "../../lib/fabric/peers";
import { WintersealError } from "../../lib/messages/errors";
import { FROM_TYPES, type Stage, TO_TYPES } from "../../lib/messages/link";
import type { Network } from "../../lib/messages/network";
import { endorse } from "./endorse";
import { type Inspected, inspectEnvelope, inspectProposal } from "./inspect";
import { read } from "./read";
import { type Sender, Senders } from "./senders";
import { Submitted, submit } from "./submit";

/** Who sent a message: by MQTT the broker has checked the name; by HTTPS it is whoever signed the body. */
export type Who = { readonly transport: "mqtt"; readonly name: string } | { readonly transport: "https" };

export interface RelayParts {
  readonly network: Pick<Network, "channel" | "chaincode">;
  readonly peers: Peers;
  readonly notices: CommitNotices;
  readonly deadlines: Deadlines;
  /** How long a stage took, s. */
  readonly timed?: (stage: Stage, seconds: number) => void;
  /** A device, known by its name to the broker, had a question attested. */
  readonly asked?: ((device: string, signedProposal: Uint8Array) => void) | undefined;
  /** A transaction that an orderer took did not come, and is handed over again. */
  readonly overdue?: () => void;
}

/** A message that is worth queueing. */
export interface Admitted {
  /** One transaction of a lane at a time. */
  readonly lane: string;
  /** hex; absent when the message is about none */
  readonly transactionId?: string;
  run(): Promise<ToBody>;
}

/**
 * Takes exactly the bytes that a device or a person signed to the ledger and brings back what the ledger says. It holds no key but the
 * operator's and cannot alter anything: all that it carries is covered by the sender's or the endorsers' signatures.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #senders = new Senders();
  readonly #submitted = new Submitted();

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  /**
   * Looks at a message as cheaply as possible: is it well formed, from whom it says, for our channel and contract? The signature is checked
   * when it is the message's turn, so that a flood costs next to nothing.
   * @throws WintersealError MESSAGE_MALFORMED, PROPOSAL_REFUSED, CREATOR_MISMATCH
   */
  admit(message: FromMessage, who: Who): Admitted {
    switch (message.type) {
      case FROM_TYPES.hello:
        return { lane: "", run: async () => ({ type: TO_TYPES.time, milliseconds: Date.now() }) };
      case FROM_TYPES.status:
        return this.#admitStatus(Buffer.from(message.transactionId).toString("hex"), who);
      case FROM_TYPES.proposal: {
        const { inspected, sender } = this.#inspect(inspectProposal(message.signedProposal), who);
        return { ...lane("write", inspected, sender), run: () => this.#endorse(message.signedProposal, inspected, sender) };
      }
      case FROM_TYPES.transaction: {
        const { inspected, sender } = this.#inspect(inspectEnvelope(message.envelope), who);
        return { ...lane("write", inspected, sender), run: () => this.#submit(message.envelope, inspected, sender) };
      }
      case FROM_TYPES.read: {
        const { inspected, sender } = this.#inspect(inspectProposal(message.signedProposal), who, true);
        return {
          ...lane("ask", inspected, sender),
          run: () => {
            if (who.transport === "mqtt") this.#parts.asked?.(who.name, message.signedProposal);
            return this.#read(message.signedProposal, message.organisations, inspected, sender);
          },
        };
      }
    }
  }

  #admitStatus(transactionId: string, who: Who): Admitted {
    const lane = who.transport === "mqtt" ? `ask ${who.name}` : `ask ${transactionId}`;
    return { lane, transactionId, run: () => this.#status(transactionId) };
  }

  #inspect(inspected: Inspected, who: Who, reading = false): { inspected: Inspected; sender: Sender } {
    const { channel, chaincode } = this.#parts.network;
    const ours = inspected.chaincode === chaincode || (reading && inspected.chaincode === "qscc");
    if (inspected.channel !== channel || !ours) throw new WintersealError("PROPOSAL_REFUSED");
    const sender = this.#senders.of(inspected.creator);
    if (who.transport === "mqtt" && sender.commonName !== who.name) throw new WintersealError("CREATOR_MISMATCH");
    return { inspected, sender };
  }

  async #endorse(signedProposal: Uint8Array, inspected: Inspected, sender: Sender): Promise<ToBody> {
    checkSignature(inspected, sender);
    const { deadlines, peers } = this.#parts;
    const endorsed = await this.#time("endorse", () => endorse(peers, sender.id, signedProposal, inspected, deadlines.endorse));
    return { type: TO_TYPES.endorsed, ...endorsed };
  }

  async #submit(envelope: Uint8Array, inspected: Inspected, sender: Sender): Promise<ToBody> {
    checkSignature(inspected, sender);
    const { deadlines, peers, notices } = this.#parts;
    const time = <T>(stage: Stage, work: () => Promise<T>) => this.#time(stage, work);
    const parts = { peers, notices, submitted: this.#submitted, deadlines, time, overdue: this.#parts.overdue };
    const status = await submit(parts, sender.id, envelope, inspected);
    return { type: TO_TYPES.committed, transactionId: Buffer.from(inspected.transactionId, "hex"), ...status };
  }

  async #status(transactionId: string): Promise<ToBody> {
    const { deadlines, notices } = this.#parts;
    const expected = notices.expect(transactionId, transactionId);
    const status = await this.#time("commit", () => expected.within(deadlines.status, 0)).finally(() => expected.forget());
    return { type: TO_TYPES.committed, transactionId: Buffer.from(transactionId, "hex"), ...status };
  }

  async #read(signedProposal: Uint8Array, organisations: number, inspected: Inspected, sender: Sender): Promise<ToBody> {
    checkSignature(inspected, sender);
    const { peers, deadlines } = this.#parts;
    const answer = await this.#time("read", () => read(peers, signedProposal, organisations, deadlines.read));
    return { type: TO_TYPES.answer, ...answer };
  }

  async #time<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#parts.timed?.(stage, (performance.now() - started) / 1_000);
    }
  }
}

const lane = (kind: "write" | "ask", { transactionId }: Inspected, { id }: Sender) => ({ lane: `${kind} ${id}`, transactionId });

/** Also refuses what OpenSSL accepts and peers do not: high S and DER with room for play. */
function checkSignature(inspected: Inspected, sender: Sender): void {
  derToRaw(inspected.signature);
  if (!sender.verifies(inspected.signed, inspected.signature)) throw new WintersealError("SIGNATURE_INVALID");
}
