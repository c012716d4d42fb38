import { formatScaled, NBSP } from "./numbers";

export type TemperatureUnit = "C" | "F";

export const UNIT_SIGN: Readonly<Record<TemperatureUnit, string>> = { C: "°C", F: "°F" };

/** Exact for a temperature; a difference (uncertainty, width of a band) has no offset. Result in thousandths of the unit. */
function inUnit(milliCelsius: number, unit: TemperatureUnit, offset: number): number {
  if (unit === "C") return milliCelsius;
  const ninths = milliCelsius * 9;
  return Math.sign(ninths) * Math.floor((Math.abs(ninths) * 2 + 5) / 10) + offset;
}

/** Decimals that show these readings exactly: the sensor's own resolution, at least `least`, at most three. */
export function decimalsOf(milliValues: Iterable<number>, least = 1): number {
  let decimals = least;
  for (const value of milliValues) {
    if (value % 10 !== 0) return 3;
    if (value % 100 !== 0) decimals = Math.max(decimals, 2);
  }
  return decimals;
}

export interface TemperatureFormat {
  readonly unit: TemperatureUnit;
  /** Left out: the value's own resolution, so that 7.96 °C never reads 8.0 °C. */
  readonly decimals?: number;
}

/**
 * One decimal, unless that would put the reading on the other side of a bound: 7.96 °C stays 7.96 °C where 8.0 °C would be a violation.
 * @param bounds milli-°C at which a violation begins, on the way up or down
 */
export function decimalsBeside(milliCelsius: number, bounds: readonly (number | null)[], unit: TemperatureUnit): number {
  const rounded = (value: number, decimals: number) =>
    Math.round(inUnit(value, unit, 32_000) / 10 ** (3 - decimals)) * 10 ** (3 - decimals);
  const crosses = (bound: number | null) =>
    bound !== null &&
    bound !== milliCelsius &&
    Math.sign(rounded(milliCelsius, 1) - inUnit(bound, unit, 32_000)) !== Math.sign(milliCelsius - bound);
  return bounds.some(crosses) ? Math.max(2, decimalsOf([milliCelsius])) : 1;
}

/** The figure alone, for columns and axes whose head names the unit. @param milliCelsius milli-°C */
export function temperatureFigure(milliCelsius: number, { unit, decimals = decimalsOf([milliCelsius]) }: TemperatureFormat): string {
  return formatScaled(inUnit(milliCelsius, unit, 32_000), 3, decimals);
}

/** "8.9 °C", "−0.5 °C", "46.8 °F". @param milliCelsius milli-°C */
export function formatTemperature(milliCelsius: number, format: TemperatureFormat): string {
  return `${temperatureFigure(milliCelsius, format)}${NBSP}${UNIT_SIGN[format.unit]}`;
}

/** A difference or an uncertainty: "0.18 K"; in °F degrees without offset. @param milliKelvin thousandths of a kelvin */
export function formatDifference(milliKelvin: number, { unit, decimals = decimalsOf([milliKelvin]) }: TemperatureFormat): string {
  return `${formatScaled(inUnit(milliKelvin, unit, 0), 3, decimals)}${NBSP}${unit === "C" ? "K" : "°F"}`;
}

/** "2–8 °C": bounds of a band; whole degrees without decimals. A bound below zero takes "to" instead of a dash. */
export function formatBand(low: number, high: number, unit: TemperatureUnit): string {
  const decimals = Math.max(decimalsOf([low, high], 0), low % 1000 === 0 && high % 1000 === 0 ? 0 : 1);
  const figure = (value: number) => temperatureFigure(value, { unit, decimals });
  const join = low < 0 || high < 0 ? " to " : "–";
  return `${figure(low)}${join}${figure(high)}${NBSP}${UNIT_SIGN[unit]}`;
}

/** "45.2 %" relative humidity. @param tenths tenths of %RH */
export function formatHumidity(tenths: number): string {
  return `${formatScaled(tenths, 1, 1)}${NBSP}%`;
}
