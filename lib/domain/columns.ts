/** Columns of the batch format: times as differences of differences, values as differences, presence of humidity as a bitmap. */
import type { ByteReader, ByteWriter } from "./bytes";
import { DomainError } from "./errors";

export function writeTimes(out: ByteWriter, times: readonly number[]): void {
  let last = 0;
  let step = 0;
  times.forEach((time, index) => {
    if (index === 0) out.unsigned(time);
    else out.signed(time - last - step);
    step = index === 0 ? 0 : time - last;
    last = time;
  });
}

export function readTimes(input: ByteReader, count: number): number[] {
  const times = [input.unsigned()];
  let step = 0;
  for (let index = 1; index < count; index += 1) {
    step += input.signed();
    times.push((times[index - 1] ?? 0) + step);
  }
  return times;
}

export function writeValues(out: ByteWriter, values: readonly number[]): void {
  let last = 0;
  for (const value of values) {
    out.signed(value - last);
    last = value;
  }
}

export function readValues(input: ByteReader, count: number): number[] {
  let last = 0;
  return Array.from({ length: count }, () => {
    last += input.signed();
    return last;
  });
}

/** One bit per reading, least significant first: set where the reading has a humidity. */
export function writePresence(out: ByteWriter, present: readonly boolean[]): void {
  for (let start = 0; start < present.length; start += 8) {
    let bits = 0;
    present.slice(start, start + 8).forEach((is, bit) => {
      if (is) bits |= 1 << bit;
    });
    out.byte(bits);
  }
}

/** @throws DomainError BATCH_MALFORMED for padding bits, and for "all" or "none", which have flags of their own */
export function readPresence(input: ByteReader, count: number): boolean[] {
  const bits = input.raw(Math.ceil(count / 8));
  const present = Array.from({ length: bits.length * 8 }, (_, i) => (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
  const set = present.filter(Boolean).length;
  if (present.slice(count).includes(true) || set === 0 || set === count) throw new DomainError("BATCH_MALFORMED", "presence bitmap");
  return present.slice(0, count);
}
