import { readFileSync } from "node:fs";
import { ORGANISATION_KINDS, organisationKind } from "../messages/names";
import { type Network, networkSchema } from "../messages/network";

export type Organisation = Pick<Network["organisations"][number], "id" | "mspId" | "name" | "signer" | "ca">;

let known: readonly Organisation[] | undefined;

/**
 * Organisations of the channel, from network.json (`WINTERSEAL_NETWORK`). Read once: a changed network is a restart.
 * Empty when the variable is not set (a page without a stack behind it); a file that cannot be read or parsed throws.
 */
export function organisations(): readonly Organisation[] {
  if (known) return known;
  const file = process.env.WINTERSEAL_NETWORK;
  if (!file) return [];
  known = networkSchema.parse(JSON.parse(readFileSync(file, "utf8"))).organisations;
  return known;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  authority: "Calibration authority",
  shipper: "Shipper",
  recipient: "Recipient",
  operator: "Operator",
};

/** What people call an organisation; its kind where the network file does not name it. */
export function organisationName(mspId: string): string {
  const found = organisations().find((organisation) => organisation.mspId === mspId);
  return found?.name ?? KIND_NAMES[organisationKind(mspId) ?? ""] ?? mspId;
}

/** Origin of the signer of an organisation's people; null when it runs none. */
export function signerOf(mspId: string): string | null {
  return organisations().find((organisation) => organisation.mspId === mspId)?.signer ?? null;
}

/** Organisations of one kind, for choosing a recipient or an owner. */
export function organisationsOf(kind: string): readonly { readonly mspId: string; readonly name: string }[] {
  const known = new Set([...Object.keys(ORGANISATION_KINDS), ...organisations().map(({ mspId }) => mspId)]);
  return [...known].filter((mspId) => organisationKind(mspId) === kind).map((mspId) => ({ mspId, name: organisationName(mspId) }));
}
