import { afterEach, expect, test } from "vitest";
import type { SensorStatus } from "../../device/ts/sensor";
import type { Device } from "../device/device";
import type { Lamp } from "../device/lamp";
import { type Display, serveDisplay } from "./display";

const HASH = "ab".repeat(32);
const status: SensorStatus = {
  id: "ws-1",
  thumbprint: "cd".repeat(32),
  sequence: 12,
  hash: HASH,
  confirmedThrough: 11,
  waiting: 3,
  last: { tick: 1, temperature: -4_870, humidity: 553 },
  missed: 0,
  sampling: null,
  delivery: null,
  interval: 5_000,
  measuring: true,
  command: null,
  commands: null,
};
const device = (change: Partial<SensorStatus> = {}, connected = true): Device => ({
  id: change.id ?? "ws-1",
  validUntil: 1_790_000_000_000,
  connected: () => connected,
  identifying: () => false,
  status: () => ({ ...status, ...change }),
  running: Promise.resolve(),
  stop: async () => undefined,
});

let display: Display | undefined;
afterEach(() => display?.close());
async function get(path: string, devices: Device[], accept = "text/html") {
  await display?.close();
  display = await serveDisplay({ host: "127.0.0.1", port: 0 }, () => devices);
  const response = await fetch(`${display.origin}${path}`, { headers: { accept } });
  return { response, text: await response.text() };
}

test("shows what an inspector reads: id, thumbprint, last number and hash, as text and as a code", async () => {
  const { text } = await get("/ws-1", [device()]);
  for (const part of ["ws-1", "abababab", "cdcdcdcd", `ws-1 12 ${HASH}`, "<svg", "through batch 11", "−4.87", "55.3"]) {
    expect(text).toContain(part);
  }
});

test("gives the same as JSON", async () => {
  const { response, text } = await get("/ws-1", [device()], "application/json");
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(JSON.parse(text)).toMatchObject({ id: "ws-1", sequence: 12, hash: HASH, text: `ws-1 12 ${HASH}`, connected: true });
  expect(JSON.parse((await get("/", [device(), device({ id: "ws-2" })], "application/json")).text)).toHaveLength(2);
});

test("a sensor without a batch has nothing to vouch for, and says so", async () => {
  const { text } = await get("/ws-1", [device({ sequence: 0, hash: "00".repeat(32) })]);
  expect(text).toContain("no batch yet");
  expect(text).not.toContain("<svg");
});

test.each<[string, Partial<SensorStatus>, boolean, string]>([
  ["a full disk", { sampling: "JOURNAL_UNWRITABLE" }, true, "Not measuring. The journal cannot be written"],
  ["no link", {}, false, "no link. Readings are kept"],
  ["a refusal", { delivery: "IDENTITY_EXPIRED" }, true, "not delivered. The identity certificate has ended"],
  ["nothing wrong", {}, true, "Measuring and delivering"],
])("says it when there is %s", async (_what, change, connected, words) => {
  expect((await get("/", [device(change, connected)])).text).toContain(words);
});

test("shows what a lamp does, in words", async () => {
  await display?.close();
  const lamp = (state: "calm" | "alarm" | "unknown", violations: number): Lamp => ({
    id: `lamp-${state}`,
    shipment: "trip-1",
    status: () => ({ state, violations, trouble: null }),
    connected: () => true,
    running: Promise.resolve(),
    stop: async () => undefined,
  });
  const lamps = [lamp("calm", 0), lamp("alarm", 1), lamp("unknown", 0)];
  display = await serveDisplay(
    { host: "127.0.0.1", port: 0 },
    () => [device()],
    () => lamps,
  );
  const text = await (await fetch(display.origin)).text();
  for (const part of ["lamp-calm", "Dark: no violation", "ALARM: 1 violation proved", "nothing was proved for too long"])
    expect(text).toContain(part);
  const json = await (await fetch(`${display.origin}/lamps`, { headers: { accept: "application/json" } })).json();
  expect(json).toMatchObject([{ state: "calm" }, { state: "alarm", violations: 1 }, { state: "unknown" }]);
});

test("shows what its owner told it", async () => {
  const told = { measuring: false, command: { counter: 7, outcome: "COMMAND_EXPIRED" }, interval: 60_000 } as const;
  const { text } = await get("/ws-1", [device(told)]);
  for (const part of ["Stopped by its owner", "7, refused. The command had ended", "60 s"]) expect(text).toContain(part);
});

test("answers nothing else and runs no script", async () => {
  expect((await get("/ws-9", [device()])).response.status).toBe(404);
  expect((await get("/../../etc/passwd", [device()])).response.status).toBe(404);
  const { response } = await get("/", [device()]);
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});
