/**
 * A patch turns a dictionary that both ends have into bytes that only one has. Operations follow each other until the end:
 * - literal: length × 2 ‖ bytes
 * - copy: length × 2 + 1 ‖ offset less the expected one (signed); expected is where the last copy ended, moved on by the literals since, so that a
 *   replaced stretch of equal length costs one byte of offset.
 * An empty patch stands for the dictionary's first part, the prediction, as it is.
 */
import { ByteReader, ByteWriter } from "../../../lib/domain/bytes";
import { WintersealError } from "../../../lib/messages/errors";
import { concat, equal } from "../bytes";

export interface Dictionary {
  /** What the whole is expected to be. */
  readonly prediction: Uint8Array;
  /** More bytes to copy from; they lie behind the prediction. */
  readonly more: Uint8Array;
}

const malformed = (why: string) => new WintersealError("MESSAGE_MALFORMED", why);

/**
 * @param limit most bytes that come out: an operation of a few bytes can copy many
 * @throws WintersealError MESSAGE_MALFORMED (DomainError from the reader is left to the caller, which reads the whole message)
 */
export function applyPatch({ prediction, more }: Dictionary, patch: Uint8Array, limit: number): Uint8Array {
  if (patch.length === 0) return prediction;
  const from = concat(prediction, more);
  const input = new ByteReader(patch);
  // Grows with what is written: a short patch can copy much, and a long one can be made of very many operations.
  let out = new Uint8Array(Math.min(limit, 2 * (prediction.length + patch.length)));
  let length = 0;
  let expected = 0;
  const write = (bytes: Uint8Array) => {
    if (length + bytes.length > out.length) {
      const wider = new Uint8Array(Math.min(limit, 2 * (length + bytes.length)));
      wider.set(out);
      out = wider;
    }
    out.set(bytes, length);
    length += bytes.length;
  };
  while (!input.done) {
    const operation = input.unsigned();
    const size = Math.floor(operation / 2);
    if (size === 0 || length + size > limit) throw malformed("a patch writes nothing, or too much");
    if (operation % 2 === 0) {
      write(input.raw(size));
      expected += size;
      continue;
    }
    const at = expected + input.signed();
    if (at < 0 || at + size > from.length) throw malformed("a patch copies from outside");
    write(from.subarray(at, at + size));
    expected = at + size;
  }
  return out.subarray(0, length);
}

/** Bytes that are hashed together: no shorter match is looked for away from the expected place. */
const SEED = 4;
/** A copy costs two bytes at the expected place, up to four elsewhere. */
const WORTH_HERE = 3;
const WORTH_ELSEWHERE = 6;
/** A match of this length where it is expected is not compared with others. */
const ENOUGH = 32;
const CANDIDATES = 8;

interface Match {
  readonly length: number;
  readonly offset: number;
}
const NOTHING: Match = { length: 0, offset: 0 };

/** A short patch, by greedy search; {@link applyPatch} of it gives `target`. */
export function makePatch({ prediction, more }: Dictionary, target: Uint8Array): Uint8Array {
  if (prediction.length > 0 && equal(prediction, target)) return new Uint8Array(0);
  const from = concat(prediction, more);
  const index = new SeedIndex(from);
  const out = new ByteWriter();
  let expected = 0;
  let literal = 0;
  for (let at = 0; at < target.length; ) {
    const straight = expected + (at - literal);
    const here = matchLength(from, straight, target, at);
    const found = here >= ENOUGH ? NOTHING : index.longest(target, at);
    const stay = here >= WORTH_HERE && here + 2 >= found.length;
    if (!stay && found.length < WORTH_ELSEWHERE) {
      at += 1;
      continue;
    }
    const { length, offset } = stay ? { length: here, offset: straight } : found;
    if (at > literal) out.unsigned((at - literal) * 2).raw(target.subarray(literal, at));
    out.unsigned(length * 2 + 1).signed(offset - straight);
    at += length;
    literal = at;
    expected = offset + length;
  }
  if (target.length > literal) out.unsigned((target.length - literal) * 2).raw(target.subarray(literal));
  return out.finish();
}

function matchLength(from: Uint8Array, offset: number, target: Uint8Array, at: number): number {
  let length = 0;
  while (offset + length < from.length && at + length < target.length && from[offset + length] === target[at + length]) length += 1;
  return length;
}

/** Where each run of {@link SEED} bytes stands, as chains through equal hashes. */
class SeedIndex {
  readonly #from: Uint8Array;
  readonly #heads = new Int32Array(4096).fill(-1);
  readonly #before: Int32Array;

  constructor(from: Uint8Array) {
    this.#from = from;
    this.#before = new Int32Array(from.length);
    for (let at = 0; at + SEED <= from.length; at++) {
      const hash = hashAt(from, at);
      this.#before[at] = this.#heads[hash] ?? -1;
      this.#heads[hash] = at;
    }
  }

  longest(target: Uint8Array, at: number): Match {
    let best = NOTHING;
    if (at + SEED > target.length) return best;
    let offset = this.#heads[hashAt(target, at)] ?? -1;
    for (let tried = 0; offset >= 0 && tried < CANDIDATES; tried++) {
      const length = matchLength(this.#from, offset, target, at);
      if (length > best.length) best = { length, offset };
      offset = this.#before[offset] ?? -1;
    }
    return best;
  }
}

const hashAt = (bytes: Uint8Array, at: number): number =>
  (Math.imul((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24), 0x9e3779b1) >>>
    20) &
  0xfff;
