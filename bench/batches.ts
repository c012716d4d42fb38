/**
 * Signed readings per second, in batches, from the relay's door to the pages' database. Everything a device does before a batch is sent is done
 * beforehand (batches formed, proposals signed); what it does with the endorsed answer is done here without its checks, so that the cores that are
 * measured serve. The relay is the proxy's own code in this process, counted as `client`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { rawToDer } from "../device/ts/der";
import {
  envelope,
  formProposal,
  formTransaction,
  invocationArgs,
  type Proposal,
  serializedIdentity,
  signedProposal,
} from "../device/ts/fabric";
import type { Link } from "../device/ts/link";
import type { Signer } from "../device/ts/signer";
import { batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS } from "../lib/domain/batch";
import { readNetwork } from "../lib/fabric/network";
import { FROM_TYPES, TO_TYPES } from "../lib/messages/link";
import type { Stack } from "../start/stack";
import { cpuSeconds } from "./cpu";
import { openDoor } from "./relay-sides";
import { percentile } from "./report";
import { ridingSensors } from "./riding";

export interface BatchesOptions {
  readonly sensors: number;
  readonly batches: number;
  readonly readings: number;
}

export interface BatchesResult extends BatchesOptions {
  /** Readings committed per second. */
  readonly committedPerSecond: number;
  /** Readings per second until the last of them stood in Postgres. */
  readonly projectedPerSecond: number;
  /** Handed to the relay → commit notice, ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** CPU ms per batch by process. */
  readonly cpuMsPerBatch: Readonly<Record<string, number>>;
}

interface Prepared {
  readonly proposal: Proposal;
  readonly signed: Uint8Array;
}

const WARM_UP = 2;

export async function benchBatches(stack: Stack, options: BatchesOptions): Promise<BatchesResult> {
  const { sensors, batches, readings } = options;
  const { context } = stack;
  const network = await readNetwork(context.layout.network);
  const door = await openDoor(network);
  const riders = await ridingSensors(context, network, { count: sensors, prefix: "batches" });
  const loads = await Promise.all(riders.map(({ id, signer }) => prepare(id, signer, network, { batches: batches + WARM_UP, readings })));
  try {
    const latencies: number[] = [];
    const deliver = (from: number, to: number) =>
      Promise.all(
        riders.map(async ({ signer }, index) => {
          for (const prepared of loads[index]?.slice(from, to) ?? []) latencies.push(await carry(door.link, signer, prepared));
        }),
      );
    await deliver(0, WARM_UP);
    await inDatabase(context.databaseUrl, sensors * WARM_UP * readings);
    latencies.length = 0;
    const before = cpu(stack);
    const begun = performance.now();
    await deliver(WARM_UP, WARM_UP + batches);
    const committed = (performance.now() - begun) / 1000;
    await inDatabase(context.databaseUrl, sensors * (WARM_UP + batches) * readings);
    const projected = (performance.now() - begun) / 1000;
    const total = sensors * batches;
    const after = cpu(stack);
    return {
      ...options,
      committedPerSecond: Math.round((total * readings) / committed),
      projectedPerSecond: Math.round((total * readings) / projected),
      p50Ms: Math.round(percentile(latencies, 0.5)),
      p95Ms: Math.round(percentile(latencies, 0.95)),
      cpuMsPerBatch: Object.fromEntries(
        Object.entries(after).map(([name, seconds]) => [name, Math.round(((seconds - (before[name] ?? 0)) * 1e5) / total) / 100]),
      ),
    };
  } finally {
    await door.close();
  }
}

/** A chain of batches of one sensor, each in a signed proposal. Temperatures move within the band: what a cold chain is when all is well. */
async function prepare(
  id: string,
  signer: Signer,
  { channel, chaincode }: { channel: string; chaincode: string },
  { batches, readings }: { batches: number; readings: number },
): Promise<readonly Prepared[]> {
  const creator = serializedIdentity(signer.mspId, signer.certificate);
  const boot = crypto.getRandomValues(new Uint8Array(8));
  const start = Math.round(performance.now());
  const prepared: Prepared[] = [];
  let previous: Uint8Array = FIRST_PREVIOUS;
  for (let sequence = 1; sequence <= batches; sequence++) {
    const first = start + (sequence - 1) * readings;
    const taken = Array.from({ length: readings }, (_, index) => ({
      tick: first + index,
      temperature: 4_900 + ((sequence * 37 + index * 13) % 180),
      humidity: 450 + (index % 7),
    }));
    const bytes = encodeBatch({ kind: "readings", sequence, previous, boot, clock: null, readings: taken });
    const args = invocationArgs("batch:Record", [bytes, encodeMoment({ boot, tick: first + readings })]);
    const nonce = crypto.getRandomValues(new Uint8Array(24));
    const proposal = formProposal(creator, { channel, chaincode, args }, nonce, Date.now());
    prepared.push({ proposal, signed: signedProposal(proposal.bytes, rawToDer(await signer.sign(proposal.bytes))) });
    previous = batchHash(id, bytes);
  }
  return prepared;
}

/** @returns ms until the commit notice */
async function carry(link: Link, signer: Signer, { proposal, signed }: Prepared): Promise<number> {
  const begun = performance.now();
  const endorsed = await link.request({ type: FROM_TYPES.proposal, signedProposal: signed }, 60_000);
  if (endorsed.type !== TO_TYPES.endorsed) throw new Error(`not endorsed: ${JSON.stringify(endorsed)}`);
  const payload = formTransaction(proposal, endorsed.payload, endorsed.endorsements);
  const message = { type: FROM_TYPES.transaction, envelope: envelope(payload, rawToDer(await signer.sign(payload))) } as const;
  const committed = await link.request(message, 60_000);
  if (committed.type !== TO_TYPES.committed || committed.validationCode !== 0)
    throw new Error(`not committed: ${JSON.stringify(committed)}`);
  return performance.now() - begun;
}

async function inDatabase(url: string, readings: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (;;) {
      const { rows } = await client.query<{ count: string }>(
        "SELECT coalesce(sum(count), 0) AS count FROM batch WHERE sensor LIKE 'batches-%'",
      );
      if (Number(rows[0]?.count) >= readings) return;
      await sleep(20);
    }
  } finally {
    await client.end();
  }
}

function cpu(stack: Stack): Record<string, number> {
  const pids = { client: process.pid, ...stack.pids() };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid) ?? Number.NaN]));
}
