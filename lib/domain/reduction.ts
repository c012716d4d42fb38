/**
 * Fewer points for a drawing, without losing what it is there to show. Of each column of time and each quantity the first, lowest, highest and
 * last reading stay, so a column of pixels looks the same as with every reading drawn; no average ever stands for a reading.
 */
export interface Sample {
  readonly at: number;
  /** milli-°C */
  readonly temperature: number;
  /** tenths of %RH */
  readonly humidity: number | null;
}

/** Width of one column, ms: at most `columns` of them in the stretch, and a whole multiple of `unit` (so that rollups nest in columns). */
export function columnWidth(from: number, to: number, columns: number, unit = 1): number {
  const ideal = Math.max(1, Math.ceil((to - from) / columns));
  return Math.ceil(ideal / unit) * unit;
}

/** The widest rollup that is no wider than a column, ms; undefined when only raw readings are fine enough. */
export function rollupFor(from: number, to: number, columns: number, widths: readonly number[]): number | undefined {
  const ideal = (to - from) / columns;
  return [...widths].sort((a, b) => b - a).find((width) => width <= ideal);
}

class Column<T extends Sample> {
  readonly #kept: { first: T; last: T; lowest: T; highest: T };
  #driest: T | undefined;
  #wettest: T | undefined;
  constructor(first: T) {
    this.#kept = { first, last: first, lowest: first, highest: first };
    this.#addHumidity(first);
  }
  add(it: T): void {
    this.#kept.last = it;
    if (it.temperature < this.#kept.lowest.temperature) this.#kept.lowest = it;
    if (it.temperature > this.#kept.highest.temperature) this.#kept.highest = it;
    this.#addHumidity(it);
  }
  points(): Iterable<T> {
    const humid = [this.#driest, this.#wettest].filter((it) => it !== undefined);
    return new Set([...Object.values(this.#kept), ...humid]);
  }
  #addHumidity(it: T): void {
    if (it.humidity === null) return;
    if (this.#driest === undefined || it.humidity < (this.#driest.humidity ?? 0)) this.#driest = it;
    if (this.#wettest === undefined || it.humidity > (this.#wettest.humidity ?? 0)) this.#wettest = it;
  }
}

/**
 * Of every column `[k·width, (k+1)·width)` the first, lowest, highest and last reading, for temperature and for humidity, and every reading that
 * `always` names, in order of time.
 * @param readings of one sensor, in order of time
 * @param width ms, see {@link columnWidth}
 */
export function reduceReadings<T extends Sample>(
  readings: readonly T[],
  width: number,
  always: (reading: T) => boolean = () => false,
): T[] {
  const kept = new Set<T>();
  const flush = (column: Column<T> | undefined): void => {
    for (const it of column?.points() ?? []) kept.add(it);
  };
  let column: Column<T> | undefined;
  let index = Number.NaN;
  for (const it of readings) {
    if (always(it)) kept.add(it);
    const at = Math.floor(it.at / width);
    if (at === index) column?.add(it);
    else {
      flush(column);
      column = new Column(it);
      index = at;
    }
  }
  flush(column);
  return readings.filter((it) => kept.has(it));
}
