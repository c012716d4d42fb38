/**
 * What devices saw, as Jepsen records it: a submission is invoked, and ends `ok` (the proxy says it is committed), `fail` (it says it never will be) or
 * `unknown`. Nothing else is written down, so that the check does not depend on what the devices make of it.
 */
import type { Endorsed, Expect, LightClient } from "../../device/ts/client";
import { batchHash, decodeBatch } from "../../lib/domain/batch";
import { WintersealError } from "../../lib/messages/errors";

export type Outcome = "ok" | "fail" | "unknown";

export interface Operation {
  readonly sensor: string;
  readonly sequence: number;
  /** hex, of the batch */
  readonly hash: string;
  /** hex */
  readonly transactionId: string;
  /** ms, monotonic */
  readonly invoked: number;
  /** Absent while it is under way. */
  outcome?: Outcome;
  ended?: number;
  /** Of an `ok`. */
  block?: number;
  /** What an operation that is not `ok` ended with. */
  code?: string;
}

/** What the loop of a device needs of its client. */
export type DeliveryClient = Pick<LightClient, "endorse" | "read" | "time">;

export class History {
  readonly operations: Operation[] = [];

  /** The same client, every submission written down. */
  record(sensor: string, client: DeliveryClient): DeliveryClient {
    return {
      read: (question, organisations) => client.read(question, organisations),
      time: () => client.time(),
      endorse: async <T>(name: Parameters<LightClient["endorse"]>[0], args: readonly Uint8Array[], expect: Expect<T>) => {
        const endorsed = await client.endorse(name, args, expect);
        return { ...endorsed, submit: () => this.#submit(sensor, args[0] ?? new Uint8Array(0), endorsed) };
      },
    };
  }

  async #submit<T>(sensor: string, batch: Uint8Array, endorsed: Endorsed<T>) {
    const operation: Operation = {
      sensor,
      sequence: decodeBatch(batch).sequence,
      hash: Buffer.from(batchHash(sensor, batch)).toString("hex"),
      transactionId: endorsed.transactionId,
      invoked: performance.now(),
    };
    this.operations.push(operation);
    try {
      const committed = await endorsed.submit();
      end(operation, { outcome: "ok", block: committed.block });
      return committed;
    } catch (error) {
      const code = error instanceof WintersealError ? error.code : String(error);
      end(operation, { outcome: code === "COMMIT_INVALID" ? "fail" : "unknown", code });
      throw error;
    }
  }
}

const end = (operation: Operation, how: Pick<Operation, "outcome" | "block" | "code">): void => {
  Object.assign(operation, how, { ended: performance.now() });
};
