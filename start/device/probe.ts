/** Measurements from another program, one per line: `4.87` or `4.87 55.3` (°C, %RH). No comma: it could be a decimal one. What reads the hardware is its own business. */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Measurement } from "../../device/ts/sensor";

const LINE = /^\s*([+-]?\d{1,4}(?:\.\d{1,6})?)(?:[\s;]+(\d{1,3}(?:\.\d{1,6})?))?\s*$/;

/** @returns milli-°C and tenths of %RH, or undefined for a line that is no measurement */
export function parseLine(line: string): Measurement | undefined {
  const [, temperature, humidity] = LINE.exec(line) ?? [];
  if (temperature === undefined) return undefined;
  return {
    temperature: Math.round(Number(temperature) * 1000),
    humidity: humidity === undefined ? null : Math.round(Number(humidity) * 10),
  };
}

export interface Probe {
  /** The last measurement, once: a probe that stopped gives nothing, and what it gives nothing for is missing. */
  measure(): Promise<Measurement | undefined>;
  /** Resolves when the other program has ended. */
  readonly ended: Promise<void>;
}

/** @param wait how long to wait for a line that is not there yet, ms */
export function lineProbe(input: Readable, wait: number): Probe {
  let latest: Measurement | undefined;
  let arrived: () => void = () => undefined;
  const lines = createInterface({ input });
  lines.on("line", (line) => {
    latest = parseLine(line) ?? latest;
    arrived();
  });
  return {
    ended: new Promise((resolve) => lines.once("close", resolve)),
    async measure() {
      if (latest === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          arrived = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const taken = latest;
      latest = undefined;
      return taken;
    },
  };
}
