/** Who orders, by a channel's configuration: kind of consensus and the nodes that take part (`etcdraft.ConfigMetadata`, `common.Orderers`). */
import { ProtoReader } from "../../device/ts/proto";
import type { ChannelConfig } from "./config-block";
import type { ConfigGroup } from "./config-tree";

export interface OrderingNode {
  /** host:port under which the other nodes reach it. */
  readonly address: string;
  /** Undefined where no organisation names the address as its own. */
  readonly mspId: string | undefined;
  /** PEM of the certificate that it shows by TLS: who changes its key changes the configuration. */
  readonly tlsCertificate: Uint8Array;
}

export interface Ordering {
  /** `etcdraft` or `BFT`; empty where one process orders by itself (the embedded ledger). */
  readonly kind: string;
  readonly nodes: readonly OrderingNode[];
}

/** @throws WintersealError MESSAGE_MALFORMED */
export function orderingOf({ group }: Pick<ChannelConfig, "group">): Ordering {
  const orderer = group.groups.get("Orderer");
  const consensus = new ProtoReader(orderer?.values.get("ConsensusType")?.value ?? new Uint8Array());
  const kind = consensus.string(1);
  if (kind === "BFT") return { kind, nodes: bftNodes(orderer) };
  if (kind === "etcdraft") return { kind, nodes: raftNodes(consensus.bytes(2), ownersOf(orderer)) };
  return { kind, nodes: [] };
}

function bftNodes(orderer: ConfigGroup | undefined): OrderingNode[] {
  return new ProtoReader(orderer?.values.get("Orderers")?.value ?? new Uint8Array()).repeated(1).map((bytes) => {
    const consenter = new ProtoReader(bytes);
    return { address: `${consenter.string(2)}:${consenter.uint(3)}`, mspId: consenter.string(4), tlsCertificate: consenter.bytes(7) };
  });
}

function raftNodes(metadata: Uint8Array, owners: ReadonlyMap<string, string>): OrderingNode[] {
  return new ProtoReader(metadata).repeated(1).map((bytes) => {
    const consenter = new ProtoReader(bytes);
    const address = `${consenter.string(1)}:${consenter.uint(2)}`;
    return { address, mspId: owners.get(address), tlsCertificate: consenter.bytes(4) };
  });
}

/** Addresses that ordering organisations name as theirs (`common.OrdererAddresses`). */
function ownersOf(orderer: ConfigGroup | undefined): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const [mspId, { values }] of orderer?.groups ?? []) {
    const addresses = new ProtoReader(values.get("Endpoints")?.value ?? new Uint8Array()).repeated(1);
    for (const address of addresses) owners.set(new TextDecoder().decode(address), mspId);
  }
  return owners;
}
