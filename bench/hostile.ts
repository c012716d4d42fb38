/**
 * What one hostile device does to another's confirmations: enrolled and connected with its own certificate, it sends as fast as its socket takes it,
 * in turn bytes that are no message, a proposal with a wrong signature, and a signed one that the contract has to run. Broker, proxy, ledger and both
 * devices share this machine's cores, so that what the flood costs the operating system is in the figure too.
 */
import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rawToDer } from "../device/ts/der";
import { formProposal, invocationArgs, serializedIdentity, signedProposal } from "../device/ts/fabric";
import { encodeFrom } from "../device/ts/link-messages";
import { encodeBatch, encodeMoment, FIRST_PREVIOUS } from "../lib/domain/batch";
import { readNetwork } from "../lib/fabric/network";
import { FROM_TYPES, topicFrom } from "../lib/messages/link";
import type { Network } from "../lib/messages/network";
import type { Stack } from "../start/stack";
import { startSensor, type TestSensor } from "../start/testing/sensor";
import type { Hostile } from "./hostile-client";
import { memoryOf, percentile } from "./report";
import { type Rider, ridingSensors } from "./riding";

interface Confirmed {
  /** Measured → confirmed to the device, ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface HostileResult {
  readonly alone: Confirmed;
  readonly beside: Confirmed;
  /** beside ÷ alone */
  readonly ratioP50: number;
  readonly ratioP95: number;
  /** What the hostile device got into its socket. */
  readonly messagesPerSecond: number;
  /** Memory of broker and proxy before the flood and the most during it, MiB. */
  readonly memoryMiB: Readonly<Record<"broker" | "proxy", readonly [before: number, most: number]>>;
}

const PAUSE_MS = 50;
const NAMES = ["broker", "proxy"] as const;

export async function benchHostile(stack: Stack, readings = 100): Promise<HostileResult> {
  const network = await readNetwork(stack.context.layout.network);
  const [rider] = await ridingSensors(stack.context, network, { count: 1, prefix: "hostile" });
  if (rider === undefined) throw new Error("no sensor was enrolled");
  const honest = await startSensor(stack, "bench-honest");
  const mib = () => NAMES.map((name) => Math.round(memoryOf(stack.pids()[name] ?? 0) / 2 ** 20));
  try {
    await confirmations(honest, 10);
    const alone = await confirmations(honest, readings);
    const before = mib();
    const flood = await startFlood(stack, await hostileFrom(stack, network, rider));
    try {
      await sleep(1_000);
      const most = [...before];
      const watch = setInterval(() => {
        for (const [index, value] of mib().entries()) most[index] = Math.max(most[index] ?? 0, value);
      }, 1_000);
      const beside = await confirmations(honest, readings).finally(() => clearInterval(watch));
      const pair = (index: number): readonly [number, number] => [before[index] ?? 0, most[index] ?? 0];
      return {
        alone,
        beside,
        ratioP50: Math.round((beside.p50Ms / alone.p50Ms) * 100) / 100,
        ratioP95: Math.round((beside.p95Ms / alone.p95Ms) * 100) / 100,
        messagesPerSecond: await flood.perSecond(),
        memoryMiB: { broker: pair(0), proxy: pair(1) },
      };
    } finally {
      await flood.end();
    }
  } finally {
    await honest.close();
  }
}

async function confirmations(sensor: TestSensor, count: number): Promise<Confirmed> {
  const noticed = () => sensor.events.filter(({ type }) => type === "noticed").length;
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const [begun, before] = [performance.now(), noticed()];
    await sensor.measure(5_000 + (index % 7) * 10);
    while (noticed() === before) await sensor.step();
    times.push(performance.now() - begun);
    await sensor.settle(30_000);
    await sleep(PAUSE_MS);
  }
  return { p50Ms: Math.round(percentile(times, 0.5)), p95Ms: Math.round(percentile(times, 0.95)) };
}

async function hostileFrom({ context }: Stack, { channel, chaincode }: Network, { id, folder, signer }: Rider): Promise<Hostile> {
  const [ca, certificate, key] = (await Promise.all(
    [join(context.layout.data, "network/operator/root.pem"), join(folder, "cert.pem"), join(folder, "key.pem")].map((file) =>
      readFile(file, "utf8"),
    ),
  )) as [string, string, string];
  const boot = new Uint8Array(8).fill(7);
  const readings = [{ tick: 1, temperature: 5_000, humidity: null }];
  const batch = encodeBatch({ kind: "readings", sequence: 1, previous: FIRST_PREVIOUS, boot, clock: null, readings });
  const args = invocationArgs("batch:Record", [batch, encodeMoment({ boot, tick: 2 })]);
  const creator = serializedIdentity(signer.mspId, signer.certificate);
  const { bytes } = formProposal(creator, { channel, chaincode, args }, new Uint8Array(24).fill(9), Date.now());
  const message = async (over: Uint8Array, request: number) => {
    const signature = rawToDer(await signer.sign(over));
    return encodeFrom({ type: FROM_TYPES.proposal, signedProposal: signedProposal(bytes, signature), request });
  };
  const all = [new Uint8Array(300).fill(0xa5), await message(bytes.subarray(1), 1), await message(bytes, 2)];
  const topic = topicFrom(id, FROM_TYPES.proposal);
  return {
    url: context.mqttUrl,
    id,
    ca,
    certificate,
    key,
    messages: all.map((one) => ({ topic, bytes: Buffer.from(one).toString("base64") })),
  };
}

async function startFlood({ context }: Stack, hostile: Hostile) {
  const child = fork(join(context.root, "dist/bench-hostile.mjs"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const begun = performance.now();
  child.send(hostile);
  return {
    perSecond: () =>
      new Promise<number>((resolve) => {
        child.once("message", (told) => resolve(Math.round((told as { sent: number }).sent / ((performance.now() - begun) / 1000))));
        child.send("how many");
      }),
    end: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}
