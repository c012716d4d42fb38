/**
 * Which proxy was given which transaction of a batch (docs/decisions/0186). One transaction of a batch is usual; where there were several, an attested read says
 * which one brought it, and whoever was given another one never got it committed.
 */

import { WintersealError } from "../../lib/messages/errors";
import type { AttestedAnswer } from "../../lib/messages/functions";
import { fromHex } from "./bytes";
import type { Withheld } from "./journal-records";

interface HandedOver {
  readonly sequence: number;
  /** hex */
  readonly transaction: string;
  readonly proxy: string | null;
  readonly tick: number;
  said: boolean;
  /** The proxy showed that it stands on the ledger, as invalid. */
  invalid: boolean;
}

/** Batches that are remembered; a device has two under way at most. */
const REMEMBERED = 8;

export class HandedOvers {
  #all: HandedOver[] = [];

  /** A signed transaction goes out. */
  give(sequence: number, transaction: string, proxy: string | null, tick: number): void {
    this.#all = [...this.#all, { sequence, transaction, proxy, tick, said: false, invalid: false }].slice(-REMEMBERED);
  }

  /** What the proxy said of the last one. */
  said(committed: boolean, invalid: boolean): void {
    const last = this.#all.at(-1);
    if (last === undefined) return;
    last.said = committed;
    last.invalid = invalid;
  }

  /** Of the batches through a number: the first one that more than one transaction was given for, if a proxy can be named for it. */
  doubtful(through: number): number | undefined {
    const own = this.#all.filter(({ sequence }) => sequence <= through);
    return own.find((one) => own.some((other) => other !== one && other.sequence === one.sequence))?.sequence;
  }

  /** Forgets what is settled. @returns who was given a batch's transaction and never got it committed */
  settle(sequence: number, brought: string | null, boot: Uint8Array): Withheld[] {
    const own = this.#all.filter((one) => one.sequence === sequence);
    this.#all = this.#all.filter((one) => one.sequence !== sequence);
    if (brought === null) return [];
    return own.flatMap(({ transaction, proxy, tick, said, invalid }) =>
      transaction === brought || proxy === null || invalid
        ? []
        : [{ sequence, transaction: fromHex(transaction), proxy, said, boot, tick }],
    );
  }

  /** What was proved needs no memory. */
  forget(through: number): void {
    this.#all = this.#all.filter(({ sequence }) => sequence > through);
  }
}

/** The transaction that brought a batch, by an attested read, hex; null when it is not there. @throws WintersealError ENDORSED_RESULT */
export function broughtBy({ answer }: AttestedAnswer): string | null {
  if (answer === null) return null;
  const { transaction } = answer as { transaction?: unknown };
  if (typeof transaction !== "string" || !/^[0-9a-f]{64}$/.test(transaction))
    throw new WintersealError("ENDORSED_RESULT", "the answer is no batch's");
  return transaction;
}
