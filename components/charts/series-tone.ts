/** Sensors are told apart by lightness as well as hue; from the third on also by dashes. */
export const seriesColour = (series: number): string => (series % 2 === 0 ? "var(--series-1)" : "var(--series-2)");
export const seriesDash = (series: number): string | undefined =>
  [undefined, undefined, "7 3", "2 3"][series] ?? (series > 3 ? "1 4" : undefined);
