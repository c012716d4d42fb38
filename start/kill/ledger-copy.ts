import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { batchHash, decodeBatch } from "../../lib/domain/batch";
import { type DecodedTransaction, decodeBlock } from "../../lib/fabric/block";
import type { Network } from "../../lib/messages/network";
import type { Ledger } from "../../lib/projection/start";
import type { LedgerRecord } from "./check";

/** Long, since it says nothing of the ledger: a machine that is starved reads slowly. */
const READ_WITHIN_MS = 120_000;

/** The ledger as one organisation's peer shows it, read on from where it was read before. */
export class LedgerCopy {
  readonly records: LedgerRecord[] = [];
  /** One line per block: header, commit hash and validation codes. */
  readonly digests: string[] = [];
  readonly mspId: string;
  readonly #peers: readonly string[];

  constructor(mspId: string, peers: readonly string[]) {
    this.mspId = mspId;
    this.#peers = peers;
  }

  /** Reads through block `height` − 1; a peer that is just starting is waited for. */
  async readTo(height: number, ledger: Pick<Ledger, "options">): Promise<void> {
    const over = AbortSignal.timeout(READ_WITHIN_MS);
    for (let attempt = 0; this.digests.length < height; attempt++) {
      if (over.aborted) throw new Error(`${this.mspId} showed ${this.digests.length} blocks of ${height} within ${READ_WITHIN_MS} ms`);
      await this.#read(this.#peers[attempt % this.#peers.length] ?? "", height, ledger, over).catch(() => sleep(200));
    }
  }

  async #read(peer: string, height: number, { options }: Pick<Ledger, "options">, signal: AbortSignal): Promise<void> {
    for await (const raw of options.open(peer, this.digests.length, signal)) {
      const block = decodeBlock(raw);
      const parts = [block.headerHash, block.commitHash, block.codes].map((bytes) => Buffer.from(bytes).toString("hex"));
      this.digests.push(parts.join(" "));
      this.records.push(...block.transactions.flatMap((transaction) => recordOf(block.number, transaction)));
      if (this.digests.length >= height) return;
    }
  }
}

function recordOf(block: number, transaction: DecodedTransaction): LedgerRecord[] {
  if (transaction.kind !== "endorser" || transaction.function !== "batch:Record") return [];
  const bytes = transaction.args[0] ?? new Uint8Array(0);
  const sensor = /(?:^|\n)CN=([a-z0-9-]+)$/m.exec(new X509Certificate(transaction.creator.pem).subject)?.[1] ?? "";
  const batch = decodeBatch(bytes);
  return [
    {
      block,
      transactionId: transaction.id,
      validationCode: transaction.validationCode,
      sensor,
      sequence: batch.sequence,
      hash: Buffer.from(batchHash(sensor, bytes)).toString("hex"),
      previous: Buffer.from(batch.previous).toString("hex"),
      temperatures: batch.kind === "lost" ? [] : batch.readings.map(({ temperature }) => temperature),
    },
  ];
}

export const openCopies = ({ organisations }: Network): LedgerCopy[] =>
  organisations
    .filter(({ peers }) => peers.length > 0)
    .map(
      ({ mspId, peers }) =>
        new LedgerCopy(
          mspId,
          peers.map(({ name }) => name),
        ),
    );
