/** One client process of the benchmark: connects, records batches one after the other, tells its CPU time at each stage. */
import { createHash } from "node:crypto";
import { batchHash, encodeBatch, encodeMoment } from "../../lib/domain/batch";
import { openDevice } from "./device";
import { openGateway } from "./gateway";
import { openLegacy } from "./legacy";
import type { Recorder, Scheme, Stage, Task } from "./task";

const OPEN: Readonly<Record<Scheme, (task: Task) => Promise<Recorder>>> = {
  "legacy-sdk": openLegacy,
  "fabric-gateway": openGateway,
  paper: (task) => openDevice(task, false),
  compact: (task) => openDevice(task, true),
};

/**
 * Between transactions, ms: ticks of the next batch lie behind this one's, and every peer has this one's block. A client that asks peers by itself gets
 * different answers from them otherwise.
 */
const PAUSE_MS = 100;

const begun = process.cpuUsage();

async function work(task: Task): Promise<void> {
  const recorder = await OPEN[task.scheme](task);
  const boot = createHash("sha256").update(task.id).digest().subarray(0, 8);
  let { sequence, previous } = { sequence: task.chain.sequence, previous: Buffer.from(task.chain.previous, "hex") };
  const origin = Date.now() - performance.now();
  const once = async () => {
    const tick = Math.floor(origin + performance.now() - Date.UTC(2026, 0, 1));
    const readings = Array.from({ length: task.readings }, (_, index) => ({
      tick: tick - task.readings + 1 + index,
      temperature: 4_900 + ((sequence * 37 + index * 13) % 180),
      humidity: 450 + (index % 3),
    }));
    const batch = encodeBatch({ kind: "readings", sequence: sequence + 1, previous, boot, clock: null, readings });
    await recorder.record(batch, encodeMoment({ boot, tick }));
    sequence += 1;
    previous = Buffer.from(batchHash(task.id, batch));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  };
  const reach = (stage: Stage["stage"]) => {
    const { user, system } = process.cpuUsage(begun);
    const next = new Promise((resolve) => process.once("message", resolve));
    process.send?.({ stage, cpuMs: (user + system) / 1000, chain: { sequence, previous: previous.toString("hex") } } satisfies Stage);
    return next;
  };
  await once();
  await reach("first");
  for (let done = 0; done < task.warmUp; done++) await once();
  await reach("warm");
  for (let done = 0; done < task.transactions; done++) await once();
  await reach("done");
  await recorder.close();
}

// Whoever measures is gone: there is nobody to work for.
process.once("disconnect", () => process.exit(1));

process.once("message", (task: Task) => {
  work(task).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${task.scheme}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
