/** Finds room for words in the drawing: a label never covers a line, another label or the edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Dot {
  readonly x: number;
  readonly y: number;
}

export const touches = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Whether a straight piece of line runs through a box (Liang and Barsky's clipping). */
export function crosses(box: Box, a: Dot, b: Dot): boolean {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  let enter = 0;
  let leave = 1;
  for (const [step, room] of [
    [-dx, a.x - box.x],
    [dx, box.x + box.width - a.x],
    [-dy, a.y - box.y],
    [dy, box.y + box.height - a.y],
  ] as const) {
    if (step === 0 && room < 0) return false;
    if (step < 0) enter = Math.max(enter, room / step);
    if (step > 0) leave = Math.min(leave, room / step);
  }
  return enter <= leave;
}

/** @param lines each as its corners; null breaks it */
export function isFree(box: Box, inside: Box, taken: readonly Box[], lines: readonly (readonly (Dot | null)[])[]): boolean {
  if (box.x < inside.x || box.y < inside.y || box.x + box.width > inside.x + inside.width || box.y + box.height > inside.y + inside.height)
    return false;
  if (taken.some((it) => touches(it, box))) return false;
  return !lines.some((line) =>
    line.some((dot, i) => {
      const before = line[i - 1];
      if (!dot) return false;
      return crosses(box, before ?? dot, dot);
    }),
  );
}

/** The first candidate that has room, or undefined. */
export function firstFree<T extends Box>(
  candidates: readonly T[],
  inside: Box,
  taken: readonly Box[],
  lines: readonly (readonly (Dot | null)[])[],
): T | undefined {
  return candidates.find((it) => isFree(it, inside, taken, lines));
}

/** Width of words in the axis' face at 12 px, px: an estimate on the wide side. */
export const wordsWidth = (words: string, bold = false): number => words.length * (bold ? 6.9 : 6.4);

/** Pushes marks apart along a line until they are `gap` px from each other and inside; order stays. */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const out = wanted.map((x) => Math.max(x, from));
  for (let i = 1; i < out.length; i += 1) out[i] = Math.max(out[i] ?? 0, (out[i - 1] ?? 0) + gap);
  for (let i = out.length - 1; i >= 0; i -= 1) out[i] = Math.min(out[i] ?? 0, i === out.length - 1 ? to : (out[i + 1] ?? 0) - gap);
  return out;
}

/**
 * Words of a lane: each where its stretch begins, and when it does not fit there, as near as it can stand without touching its neighbours.
 * @returns left edge per text, or null where no room is left
 */
export function placeInLane(
  texts: readonly { readonly from: number; readonly width: number }[],
  left: number,
  right: number,
): (number | null)[] {
  let free = left;
  return texts.map(({ from, width }) => {
    const x = Math.max(free, Math.min(from, right - width));
    if (width === 0 || x + width > right || x > from + 120) return null;
    free = x + width + 10;
    return x;
  });
}
