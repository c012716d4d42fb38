/** Fabric's policies over a set of signers, as far as a channel's configuration uses them (`common/policies`, `common/cauthdsl`). */
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../messages/errors";
import type { ConfigGroup, ConfigPolicy } from "./config-tree";
import type { Member } from "./members";

const SIGNATURE = 1;
const IMPLICIT_META = 3;
/** `msp.MSPRole.MSPRoleType`, from 0 on. */
const ROLES = ["member", "admin", "client", "peer", "orderer"] as const;
/** Policies refer to policies of the groups below them; no channel nests deeper. */
const MAX_DEPTH = 8;

/** Who signed, with what certificate (PEM); each signer stands once. */
export type Signers = readonly (Pick<Member, "mspId" | "units"> & { readonly pem: string })[];

/**
 * Whether the signers satisfy a policy of a group: "BlockValidation" of the orderer group, "Admins" of the application group.
 * @throws WintersealError BLOCK_MALFORMED for a policy that cannot be read, or of a kind that nobody uses
 */
export function satisfies(group: ConfigGroup, name: string, signers: Signers, depth = 0): boolean {
  const policy = group.policies.get(name);
  if (policy === undefined || depth > MAX_DEPTH) return false;
  if (policy.type === SIGNATURE) return satisfiesSignature(policy, signers);
  if (policy.type !== IMPLICIT_META) throw new WintersealError("BLOCK_MALFORMED", `a policy of unknown type ${policy.type}`);
  const meta = new ProtoReader(policy.value);
  const below = meta.string(1);
  const held = [...group.groups.values()].filter((each) => satisfies(each, below, signers, depth + 1)).length;
  return held >= needed(meta.uint(2), group.groups.size);
}

/** ANY, ALL, MAJORITY: Fabric asks one of none for ANY, and none of none for ALL. */
function needed(rule: number, groups: number): number {
  if (rule === 0) return 1;
  return rule === 1 ? groups : Math.floor(groups / 2) + 1;
}

function satisfiesSignature({ value }: ConfigPolicy, signers: Signers): boolean {
  const envelope = new ProtoReader(value);
  const principals = envelope.repeated(3).map(readPrincipal);
  return holds(envelope.bytes(2), principals, signers, new Set(), 0) !== undefined;
}

interface Principal {
  readonly mspId: string;
  readonly role?: (typeof ROLES)[number] | undefined;
  /** PEM: exactly this identity (BFT ordering names its consenters so). */
  readonly pem?: string;
}

/** `msp.MSPPrincipal.Classification` */
const [ROLE, IDENTITY] = [0, 2];

/** Roles and exact identities; what asks for something else is satisfied by nobody here. */
function readPrincipal(bytes: Uint8Array): Principal {
  const principal = new ProtoReader(bytes);
  const [kind, inner] = [principal.uint(1), new ProtoReader(principal.bytes(2))];
  if (kind === ROLE) return { mspId: inner.string(1), role: ROLES[inner.uint(2)] };
  return kind === IDENTITY ? { mspId: inner.string(1), pem: inner.string(2) } : { mspId: "" };
}

/** A signature stands for one principal only. @returns the signers used, or undefined when the rule does not hold */
function holds(
  rule: Uint8Array,
  principals: readonly Principal[],
  signers: Signers,
  used: ReadonlySet<number>,
  depth: number,
): ReadonlySet<number> | undefined {
  if (depth > MAX_DEPTH) throw new WintersealError("BLOCK_MALFORMED", "a policy is nested too deeply");
  const message = new ProtoReader(rule);
  const outOf = message.optional(2);
  if (outOf === undefined) {
    const principal = principals[message.uint(1)];
    const index = signers.findIndex((signer, at) => !used.has(at) && principal !== undefined && fits(signer, principal));
    return index < 0 ? undefined : new Set([...used, index]);
  }
  const inner = new ProtoReader(outOf);
  let [held, taken] = [0, used];
  for (const each of inner.repeated(2)) {
    const after = holds(each, principals, signers, taken, depth + 1);
    if (after === undefined) continue;
    taken = after;
    held++;
  }
  return held >= inner.uint(1) ? taken : undefined;
}

function fits({ mspId, units, pem }: Signers[number], principal: Principal): boolean {
  if (mspId !== principal.mspId) return false;
  if (principal.pem !== undefined) return principal.pem.trim() === pem.trim();
  return principal.role === "member" || (principal.role !== undefined && units.includes(principal.role));
}
