import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { lineProbe, parseLine } from "./probe";

test.each<[string, number, number | null]>([
  ["4.87 55.3", 4870, 553],
  ["4.87", 4870, null],
  ["-18.325;40", -18_325, 400],
  ["  +8.0 ; 9  ", 8000, 90],
])("reads %j", (line, temperature, humidity) => {
  expect(parseLine(line)).toEqual({ temperature, humidity });
});

test.each(["", "nan", "4.87.1", "4,87 55", "4,87", "1e3", "4.87 55 3", "temp=4.87", "99999"])("takes %j for no measurement", (line) => {
  expect(parseLine(line)).toBeUndefined();
});

test("gives each measurement once: a probe that stopped gives nothing", async () => {
  const input = new PassThrough();
  const probe = lineProbe(input, 20);
  input.write("4.1\n4.2 50\n");
  expect(await probe.measure()).toEqual({ temperature: 4200, humidity: 500 });
  expect(await probe.measure()).toBeUndefined();
  setTimeout(() => input.write("4.3\n"), 1);
  expect(await lineProbeWaits(probe)).toEqual({ temperature: 4300, humidity: null });
  input.end();
  await probe.ended;
  expect(await probe.measure()).toBeUndefined();
});

/** The next measurement, however long the machine takes to bring it. */
async function lineProbeWaits(probe: ReturnType<typeof lineProbe>) {
  for (;;) {
    const measured = await probe.measure();
    if (measured !== undefined) return measured;
  }
}
