/** Quantities of a calibration certificate (D-SI 1.3 to 2.2) as scaled integers. */
import { below, find, type XmlElement } from "./xml";

const KELVIN = "\\kelvin";
const CELSIUS = "\\degreecelsius";
/** Decimals in a file are exact; the double between them and an integer is not. */
const DUST = 1e-6;

export const nearest = (value: number): number => Math.round(value) + 0;
/** Towards the inside of a range, so that nothing counts as calibrated that was not. */
export const upward = (value: number): number => Math.ceil(value - DUST) + 0;
export const downward = (value: number): number => Math.floor(value + DUST) + 0;

/** `refType` holds one or several types. */
export const hasType = ({ attributes }: XmlElement, type: string): boolean => (attributes.refType ?? "").split(/\s+/).includes(type);

/** Numbers with their unit, at one element. */
export interface Values {
  readonly numbers: readonly number[];
  readonly unit: typeof KELVIN | typeof CELSIUS;
  readonly element: XmlElement;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** Numbers of an XML list, or null when one of them is none. */
export function numbersOf(text: string): number[] | null {
  const words = text.trim().split(/\s+/);
  return words.every((word) => NUMBER.test(word)) ? words.map(Number) : null;
}

const isTemperature = (unit: string): unit is Values["unit"] => unit === KELVIN || unit === CELSIUS;

function valuesAt(real: XmlElement): Values | null {
  const [valueName, unitName] = real.name === "real" ? ["value", "unit"] : ["valueXMLList", "unitXMLList"];
  const unit = (find(real, unitName)?.text ?? "").toLowerCase();
  const numbers = numbersOf(find(real, valueName)?.text ?? "");
  return numbers !== null && isTemperature(unit) ? { numbers, unit, element: real } : null;
}

/** Every number of a quantity that is a temperature or a difference of temperatures: `si:hybrid` says the same in several units. */
export function temperaturesOf(quantity: XmlElement): Values[] {
  const direct = quantity.children.flatMap((child) => (child.name === "hybrid" ? child.children : [child]));
  const reals = direct.filter(({ name }) => name === "real" || name === "realListXMLList");
  return reals.flatMap((real) => valuesAt(real) ?? []);
}

/** Celsius as the file wrote them, else from kelvin; milli-°C, not rounded yet. */
export function celsius(values: readonly Values[]): { readonly milli: readonly number[]; readonly source: Values } | null {
  const source = values.find(({ unit }) => unit === CELSIUS) ?? values[0];
  if (!source) return null;
  const offset = source.unit === KELVIN ? 273_150 : 0;
  return { milli: source.numbers.map((it) => Number((it * 1000 - offset).toFixed(6))), source };
}

/** Differences are the same in kelvin and in degrees Celsius; thousandths of a kelvin. */
export function differences(values: readonly Values[]): { readonly milli: readonly number[]; readonly source: Values } | null {
  const source = values[0];
  return source ? { milli: source.numbers.map((it) => Number((it * 1000).toFixed(6))), source } : null;
}

export interface Uncertainty {
  /** Expanded for k = 2, thousandths of a kelvin, rounded up. */
  readonly milli: readonly number[];
  readonly path: string;
}

/** Names of D-SI 1.3 (`expandedUnc`) and 2.2 (`expandedMU`), for one value and for lists. */
const EXPANDED = ["expandedUnc", "expandedUncXMLList", "expandedMU", "expandedMUXMLList"];
const STANDARD = ["standardMU", "standardMUXMLList"];

/** The expanded uncertainty that stands with a quantity, brought to k = 2; null when it states none. */
export function uncertaintyOf(quantity: XmlElement): Uncertainty | null {
  const reals = temperaturesOf(quantity);
  for (const { element } of reals) {
    for (const found of below(element)) {
      const standard = STANDARD.includes(found.name);
      if (!standard && !EXPANDED.includes(found.name)) continue;
      const stated = scaled(found, standard);
      if (stated) return { milli: stated, path: found.path };
    }
  }
  return null;
}

function scaled(found: XmlElement, standard: boolean): number[] | null {
  const value = found.children.find(({ name }) => /^(uncertainty|value(Expanded|Standard)MU)(XMLList)?$/.test(name));
  const numbers = numbersOf(value?.text ?? "");
  if (numbers === null || numbers.some((it) => it < 0)) return null;
  if (standard) return numbers.map((it) => upward(it * 2 * 1000));
  const factors = numbersOf(found.children.find(({ name }) => name.startsWith("coverageFactor"))?.text ?? "");
  if (factors === null || factors.some((it) => it <= 0)) return null;
  return numbers.map((it, index) => upward((it * 2 * 1000) / (factors[index] ?? factors[0] ?? 2)));
}
