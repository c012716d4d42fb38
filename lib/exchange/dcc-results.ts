import type { DccFacts, Traced } from "./dcc";
import { celsius, differences, downward, hasType, nearest, temperaturesOf, type Uncertainty, uncertaintyOf, upward } from "./dcc-values";
import { below, find, type XmlElement } from "./xml";

/** One calibrated point; what the certificate does not say is null. milli-°C and thousandths of a kelvin. */
export interface DccPoint {
  readonly reference: number;
  readonly shown: number | null;
  readonly error: number | null;
  readonly uncertainty: number | null;
}

export interface DccResults {
  readonly rows: readonly DccPoint[];
  readonly uncertainty: Traced<number> | null;
  readonly range: DccFacts["range"];
}

/** Points that a page shows; a certificate with more keeps them to itself. */
const MOST_POINTS = 200;

/** Every table of calibrated temperatures in the results, one row per point. Tables of other quantities (humidity) are passed over. */
export function readResults(root: XmlElement): DccResults {
  const rows: DccPoint[] = [];
  const uncertainties: Traced<number>[] = [];
  const references: Traced<{ min: number; max: number }>[] = [];
  const measured = find(root, "measurementResults");
  for (const list of measured ? [...below(measured)] : []) {
    const quantity = (type: string) => list.children.find((it) => it.name === "quantity" && hasType(it, type));
    const reference = quantity("basic_referenceValue");
    const points = reference && celsius(temperaturesOf(reference));
    if (!reference || !points) continue;
    const shown = quantity("basic_measuredValue");
    const error = quantity("basic_measurementError");
    const found = uncertaintyOfTable([error, shown, reference]);
    if (found) uncertainties.push({ value: Math.max(...found.milli), path: found.path });
    references.push({
      value: { min: upward(Math.min(...points.milli)), max: downward(Math.max(...points.milli)) },
      path: points.source.element.path,
    });
    const read = { shown: shown && celsius(temperaturesOf(shown)), error: error && differences(temperaturesOf(error)) };
    points.milli.forEach((it, index) => {
      rows.push({
        reference: nearest(it),
        shown: at(read.shown?.milli, index),
        error: at(read.error?.milli, index),
        uncertainty: at(found?.milli, index),
      });
    });
  }
  return { rows: rows.slice(0, MOST_POINTS), uncertainty: largest(uncertainties), range: rangeOf(references) };
}

function uncertaintyOfTable(quantities: readonly (XmlElement | undefined)[]): Uncertainty | null {
  for (const quantity of quantities) {
    const found = quantity && uncertaintyOf(quantity);
    if (found) return found;
  }
  return null;
}

/** A list of one stands for all points. */
function at(values: readonly number[] | undefined, index: number): number | null {
  const value = values?.length === 1 ? values[0] : values?.[index];
  return value === undefined ? null : nearest(value);
}

const largest = (all: readonly Traced<number>[]): Traced<number> | null =>
  all.reduce<Traced<number> | null>((most, it) => (most === null || it.value > most.value ? it : most), null);

function rangeOf(tables: readonly Traced<{ readonly min: number; readonly max: number }>[]): DccFacts["range"] {
  const [first] = tables;
  if (!first) return null;
  const min = Math.min(...tables.map(({ value }) => value.min));
  const max = Math.max(...tables.map(({ value }) => value.max));
  return { value: { min, max }, path: first.path, stated: false, written: "its calibrated points" };
}

/** The range that a statement names (`basic_validityRange`), or null. */
export function readRange(root: XmlElement): DccFacts["range"] {
  const statements = find(root, "administrativeData", "statements")?.children ?? [];
  const data = find(
    statements.find((it) => hasType(it, "basic_validityRange")),
    "data",
  );
  const bound = (type: string) => {
    const quantity = data?.children.find((it) => it.name === "quantity" && hasType(it, type));
    return quantity ? celsius(temperaturesOf(quantity)) : null;
  };
  const low = bound("basic_validityRangeMin");
  const high = bound("basic_validityRangeMax");
  if (!data || low?.milli[0] === undefined || high?.milli[0] === undefined) return null;
  const unit = low.source.unit === "\\kelvin" ? "K" : "°C";
  return {
    value: { min: upward(low.milli[0]), max: downward(high.milli[0]) },
    path: data.path,
    stated: true,
    written: `${low.source.numbers[0]} to ${high.source.numbers[0]} ${unit} in the file`,
  };
}
