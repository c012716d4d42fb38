const LONGEST = 32;

const plain = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

/**
 * A shipment's id: readable in addresses and logs, and its own by six random digits of base 36.
 * @param random six characters of [a-z0-9]
 */
export function shipmentId(origin: string, destination: string, random: string): string {
  const route = `${plain(origin)}-${plain(destination)}`
    .replace(/^-+|-+$/g, "")
    .slice(0, LONGEST)
    .replace(/-+$/, "");
  return route === "" ? random : `${route}-${random}`;
}

/** Six characters of [a-z0-9]: 31 bits, enough to tell apart the shipments of one route. */
export function randomTail(): string {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value.toString(36).padStart(7, "0").slice(-6);
}
