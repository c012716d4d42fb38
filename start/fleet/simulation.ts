/**
 * The air around a simulated sensor, as a function of time alone: no state, so that history and present are one story and a restart
 * changes nothing. A compressor's cycle, a slow day, noise of the probe, and what happens (doors, coolers, an evaporator too near).
 */
import type { Measurement } from "../../device/ts/sensor";
import type { SimulatedSensor } from "./plan";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How fast the load follows the air: warming through an open door, and getting back. ms */
const WARMING = 25 * MINUTE;
const RECOVERING = 40 * MINUTE;
/** What the probe resolves: 0.01 °C and 0.1 %RH. */
const RESOLUTION = 10;
/** %RH (tenths) that come in with each °C of warmer air. */
const HUMIDITY_PER_DEGREE = 9;

/** Uniform noise in [−1, 1] that depends on seed and moment only. */
function noise(seed: number, moment: number): number {
  let mixed = Math.imul((seed ^ 0x9e37_79b9) + Math.floor(moment), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2_147_483_647.5 - 1;
}

/** Milli-°C that one happening adds at a moment. */
function pull(sensor: SimulatedSensor, happening: SimulatedSensor["happenings"][number], since: number): number {
  const lasts = happening.lastsMinutes * MINUTE;
  if (since < 0 || happening.kind === "silent") return 0;
  const reach = (happening.towards ?? sensor.temperature) - sensor.temperature;
  const reached = reach * (1 - Math.exp(-Math.min(since, lasts) / WARMING));
  return since <= lasts ? reached : reached * Math.exp(-(since - lasts) / RECOVERING);
}

/**
 * What the sensor measures.
 * @param at ms UTC
 * @param madeAt the plan's own time, ms UTC
 * @returns milli-°C and tenths of %RH, or undefined while the sensor is silent
 */
export function measureAt(sensor: SimulatedSensor, at: number, madeAt: number): Measurement | undefined {
  const happenings = sensor.happenings.map((happening) => ({ happening, since: at - (madeAt - happening.minutesAgo * MINUTE) }));
  const silent = happenings.some(
    ({ happening, since }) => happening.kind === "silent" && since >= 0 && since < happening.lastsMinutes * MINUTE,
  );
  if (silent) return undefined;
  const phase = noise(sensor.seed, 1) * Math.PI;
  const cycle = 380 * Math.sin((2 * Math.PI * at) / (47 * MINUTE) + phase) + 120 * Math.sin((2 * Math.PI * at) / (13 * MINUTE) + 2 * phase);
  const day = 210 * Math.sin((2 * Math.PI * at) / DAY + phase);
  const pulled = happenings.reduce((sum, { happening, since }) => sum + pull(sensor, happening, since), 0);
  const temperature = Math.round((sensor.temperature + cycle + day + pulled + 45 * noise(sensor.seed, at)) / RESOLUTION) * RESOLUTION;
  if (sensor.humidity === null) return { temperature, humidity: null };
  const damp = sensor.humidity - cycle / 40 + (pulled / 1000) * HUMIDITY_PER_DEGREE + 6 * noise(sensor.seed + 1, at);
  return { temperature, humidity: Math.min(1000, Math.max(0, Math.round(damp))) };
}
