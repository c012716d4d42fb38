/** Images, pinned: the releases that this product was run on (docs/decisions/0180). */
export const FABRIC_RELEASES = { 2: "2.5.16", 3: "3.1.5" } as const;
export const NODE_IMAGE = "node:20.20.2-bookworm-slim";

export function fabricImage(program: "peer" | "orderer", major: number): string {
  return `hyperledger/fabric-${program}:${FABRIC_RELEASES[major >= 3 ? 3 : 2]}`;
}
