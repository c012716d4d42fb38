/**
 * A channel's configuration as Fabric writes it into CONFIG blocks (`common/configtx.proto`), read without Fabric's own libraries so that
 * browsers and the command line verify it too. What the values mean stands in config-block.ts, what the policies ask in config-policy.ts.
 */
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../messages/errors";

export interface ConfigPolicy {
  /** `common.Policy.PolicyType`: 1 signature, 3 implicit meta. */
  readonly type: number;
  readonly value: Uint8Array;
  readonly modPolicy: string;
}

export interface ConfigGroup {
  readonly version: number;
  readonly groups: ReadonlyMap<string, ConfigGroup>;
  readonly values: ReadonlyMap<string, { readonly value: Uint8Array; readonly modPolicy: string }>;
  readonly policies: ReadonlyMap<string, ConfigPolicy>;
  readonly modPolicy: string;
}

/** More than any channel has: a bound on the work that one block can cause. */
const MAX_DEPTH = 6;

/** `common.ConfigGroup`. @throws WintersealError BLOCK_MALFORMED, MESSAGE_MALFORMED */
export function readGroup(bytes: Uint8Array, depth = 0): ConfigGroup {
  if (depth > MAX_DEPTH) throw new WintersealError("BLOCK_MALFORMED", "the configuration is nested too deeply");
  const group = new ProtoReader(bytes);
  return {
    version: group.uint(1),
    groups: readMap(group.repeated(2), (entry) => readGroup(entry, depth + 1)),
    values: readMap(group.repeated(3), (entry) => {
      const value = new ProtoReader(entry);
      return { value: value.bytes(2), modPolicy: value.string(3) };
    }),
    policies: readMap(group.repeated(4), (entry) => {
      const policy = new ProtoReader(entry);
      const inner = new ProtoReader(policy.bytes(2));
      return { type: inner.uint(1), value: inner.bytes(2), modPolicy: policy.string(3) };
    }),
    modPolicy: group.string(5),
  };
}

function readMap<T>(entries: readonly Uint8Array[], read: (bytes: Uint8Array) => T): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const bytes of entries) {
    const entry = new ProtoReader(bytes);
    const key = entry.string(1);
    if (map.has(key)) throw new WintersealError("BLOCK_MALFORMED", `${key.slice(0, 64)} stands twice in the configuration`);
    map.set(key, read(entry.bytes(2)));
  }
  return map;
}
