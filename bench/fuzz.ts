/**
 * `npm run fuzz`: ten million mutated messages into every parser of the device link, both ends (`-- ROUNDS SEED` for others), and what refusing one costs
 * beside verifying a signature. Ends with 1 when a parser throws anything but a typed error, or when memory grows without end.
 */
import { performance } from "node:perf_hooks";
import { fromHex } from "../device/ts/bytes";
import { decodeFrom } from "../device/ts/link-messages";
import { fuzz, mutate } from "../device/ts/testing/fuzz";
import { record } from "../device/ts/testing/vectors";
import { seeded } from "../device/ts/testing/virtual-time";
import { COMPACT_LEVEL } from "../lib/messages/link";
import { CompactProxy } from "../proxy/relay/compact";
import { inspectProposal } from "../proxy/relay/inspect";
import { Senders } from "../proxy/relay/senders";
import { provenance } from "./report";

const [rounds = 10_000_000, seed = 20261125] = process.argv.slice(2).map(Number);
const say = (text: string) => process.stderr.write(`${text}\n`);
const heapMiB = () => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
};

/** µs of CPU per call. */
function costOf(times: number, call: (index: number) => void): number {
  for (let index = 0; index < 200; index++) call(index);
  const before = process.cpuUsage();
  for (let index = 0; index < times; index++) call(index);
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) / times) * 10) / 10;
}

/** What a message that the proxy refuses costs it, by how far it gets. */
async function costs(): Promise<Record<string, number>> {
  const { vectors, ends } = await record();
  const random = seeded(7);
  const compact = vectors.exchanges.flatMap(({ sent, level }) => (level === COMPACT_LEVEL ? [fromHex(sent)] : []));
  const whole = vectors.exchanges.flatMap(({ sentFull, type }) => (type === "sendTXP" ? [fromHex(sentFull)] : []));
  const mutated = (corpus: readonly Uint8Array[]) =>
    Array.from({ length: 2_000 }, (_, index) =>
      mutate(corpus[index % corpus.length] ?? new Uint8Array(0), corpus[0] ?? new Uint8Array(0), random),
    );
  const attempt = (work: () => unknown) => {
    try {
      work();
    } catch {
      // Refused: what that costs is what is measured.
    }
  };
  const [short, long] = [mutated(compact), mutated(whole)];
  const stranger = new CompactProxy(COMPACT_LEVEL);
  const [first] = whole;
  const message = decodeFrom("sendTXP", first ?? new Uint8Array(0));
  if (message.type !== "sendTXP") throw new Error("no proposal");
  const inspected = inspectProposal(message.signedProposal);
  const sender = new Senders().of(inspected.creator);
  return {
    "verify one signature": costOf(3_000, () => sender.verifies(inspected.signed, inspected.signature)),
    "compact, mutated": costOf(20_000, (at) =>
      attempt(() => ends.proxy.open("sensor-1", COMPACT_LEVEL, short[at % short.length] ?? new Uint8Array(0))),
    ),
    "compact, context unknown": costOf(20_000, (at) =>
      attempt(() => stranger.open("sensor-1", COMPACT_LEVEL, compact[at % compact.length] ?? new Uint8Array(0))),
    ),
    "full, mutated": costOf(20_000, (at) => {
      attempt(() => {
        const taken = decodeFrom("sendTXP", long[at % long.length] ?? new Uint8Array(0));
        if (taken.type === "sendTXP") inspectProposal(taken.signedProposal);
      });
    }),
  };
}

async function main(): Promise<void> {
  const { commit, machine } = provenance();
  say(`${commit}, ${machine}; CPU per message, µs: ${JSON.stringify(await costs())}`);
  const begun = performance.now();
  let early = 0;
  const tell = (round: number) => {
    early ||= heapMiB();
    say(`${round} of ${rounds}, ${Math.round((performance.now() - begun) / 1000)} s, heap ${heapMiB()} MiB`);
  };
  const { findings, ...result } = await fuzz(seed, rounds, { every: Math.max(1, Math.floor(rounds / 20)), tell });
  const late = heapMiB();
  process.stdout.write(`${JSON.stringify({ commit, machine, seed, ...result, heapMiB: [early, late], findings })}\n`);
  process.exitCode = findings.length === 0 && late < early + 100 ? 0 : 1;
}

await main();
