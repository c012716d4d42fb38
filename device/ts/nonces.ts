/**
 * Nonces of a sensor: 8 random bytes drawn at every start of the process, and a counter. Unique for the key as long as no two of its starts draw the same
 * 8 bytes; nothing is written per proposal, and a journal that is lost or set back repeats none (docs/decisions/0151). The proxy, once it has
 * seen one, needs the counter's step only.
 */
import { WintersealError } from "../../lib/messages/errors";
import { concat } from "./bytes";

const LAST = 0xffff_ffff;

/**
 * @param random bytes that nobody can guess
 * @returns the next nonce, 12 bytes. @throws WintersealError INTERNAL after 2³² of them: no number is used twice
 */
export function countedNonces(random: (length: number) => Uint8Array): () => Uint8Array {
  const start = random(8);
  let counter = 0;
  return () => {
    if (counter > LAST) throw new WintersealError("INTERNAL", "this start has used all its nonces");
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, counter);
    counter += 1;
    return concat(start, count);
  };
}
