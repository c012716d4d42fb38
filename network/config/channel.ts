/** `configtx.yaml`: organisations, policies and consenters of the channel's genesis block. */
import { join } from "node:path";
import type { OrdererNode, OrdererOrganisation, PeerOrganisation, Topology } from "../topology";

export const PROFILE = "Winterseal";

const signature = (rule: string) => ({ Type: "Signature", Rule: rule });
const implicit = (rule: string) => ({ Type: "ImplicitMeta", Rule: rule });

type Role = "member" | "client" | "admin" | "peer" | "orderer";
const principals = (mspIds: readonly string[], role: Role) => mspIds.map((mspId) => `'${mspId}.${role}'`).join(", ");
const anyOf = (mspIds: readonly string[], role: Role) => signature(`OR(${principals(mspIds, role)})`);
const allOf = (mspIds: readonly string[], role: Role) => signature(`AND(${principals(mspIds, role)})`);

/** Who adds transactions: persons, sensors and administrators. Who takes over a peer can endorse, and cannot write in anybody's name. */
const writers = (mspIds: readonly string[]) => `${principals(mspIds, "client")}, ${principals(mspIds, "admin")}`;

/** The signature policy of the contract: `count` distinct organisations' peers. */
export const endorsementRule = (mspIds: readonly string[], count: number): string => `OutOf(${count}, ${principals(mspIds, "peer")})`;

const mspFolder = ({ folder }: { folder: string }) => join(folder, "msp");

function peerOrganisation(organisation: PeerOrganisation): object {
  const { mspId } = organisation;
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: mspFolder(organisation),
    Policies: {
      Readers: anyOf([mspId], "member"),
      Writers: signature(`OR(${writers([mspId])})`),
      Admins: anyOf([mspId], "admin"),
      Endorsement: anyOf([mspId], "peer"),
    },
    // In the genesis block: discovery finds other organisations from the first second, without a configuration update.
    AnchorPeers: organisation.peers.slice(0, 1).map(({ host, ports }) => ({ Host: host, Port: ports.grpc })),
  };
}

/** Two signatures out of one: nobody can give them. */
const nobody = (mspId: string) => signature(`OutOf(2, ${principals([mspId], "member")})`);

/** Reads and no more: nothing that it signs satisfies Writers or Endorsement. */
const reader = (mspId: string, folder: string): object => ({
  Name: mspId,
  ID: mspId,
  MSPDir: folder,
  Policies: { Readers: anyOf([mspId], "member"), Writers: nobody(mspId), Admins: anyOf([mspId], "admin"), Endorsement: nobody(mspId) },
});

function ordererOrganisation(organisation: OrdererOrganisation): object {
  const { mspId } = organisation;
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: mspFolder(organisation),
    Policies: { Readers: anyOf([mspId], "member"), Writers: anyOf([mspId], "member"), Admins: anyOf([mspId], "admin") },
    OrdererEndpoints: organisation.nodes.map(({ host, ports }) => `${host}:${ports.grpc}`),
  };
}

const consenter = ({ host, ports, tls }: OrdererNode) => ({
  Host: host,
  Port: ports.grpc,
  ClientTLSCert: tls.certificate,
  ServerTLSCert: tls.certificate,
});

function consensus({ consensus: kind, orderers }: Topology): object {
  const nodes = orderers.flatMap(({ mspId, nodes }) => nodes.map((node) => ({ mspId, node })));
  if (kind === "etcdraft") {
    return {
      OrdererType: "etcdraft",
      EtcdRaft: {
        Consenters: nodes.map(({ node }) => consenter(node)),
        // Half of Fabric's figures: a lost leader is replaced within about three seconds.
        Options: { TickInterval: "250ms", ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: "16 MB" },
      },
    };
  }
  return {
    OrdererType: "BFT",
    ConsenterMapping: nodes.map(({ mspId, node }, index) => ({
      ID: index + 1,
      ...consenter(node),
      MSPID: mspId,
      Identity: node.identity.certificate,
    })),
    SmartBFT: {
      RequestBatchMaxInterval: "200ms",
      RequestForwardTimeout: "2s",
      RequestComplainTimeout: "10s",
      RequestAutoRemoveTimeout: "3m0s",
      ViewChangeResendInterval: "2s",
      ViewChangeTimeout: "10s",
      LeaderHeartbeatTimeout: "10s",
      CollectTimeout: "1s",
      IncomingMessageBufferSize: 200,
      RequestPoolSize: 100_000,
      LeaderHeartbeatCount: 10,
    },
  };
}

/** Fabric lets writers alone ask whether a contract is defined; the operator, who only reads, must see that it is missing. */
const READERS_MAY_ASK = { "_lifecycle/QueryChaincodeDefinition": "/Channel/Application/Readers" };

/**
 * The channel's policies name organisations one by one: the implicit rules of Fabric ("any", "all") would count the operator, which only
 * reads. Reading: everyone. Writing: the three. Governance, that is configuration and contract definitions: all three together.
 * @param major release of the binaries; the channel capability V3_0 is what BFT ordering needs
 */
export function channelSettings(topology: Topology, major: number): object {
  const { organisations, orderers, readers, folder, endorsements, blocks } = topology;
  const mspIds = organisations.map(({ mspId }) => mspId);
  const ordererIds = orderers.map(({ mspId }) => mspId);
  const channelCapabilities = { Capabilities: major >= 3 ? { V3_0: true } : { V2_0: true } };
  const application = {
    Policies: {
      Readers: implicit("ANY Readers"),
      Writers: signature(`OR(${writers(mspIds)})`),
      Admins: allOf(mspIds, "admin"),
      LifecycleEndorsement: allOf(mspIds, "peer"),
      Endorsement: signature(endorsementRule(mspIds, endorsements)),
    },
    Capabilities: { V2_5: true },
    ACLs: { ...READERS_MAY_ASK },
    Organizations: [
      ...organisations.map(peerOrganisation),
      ...readers.map(({ id, mspId }) => reader(mspId, join(folder, "readers", id, "msp"))),
    ],
  };
  const ordering = {
    Policies: {
      Readers: implicit("ANY Readers"),
      Writers: implicit("ANY Writers"),
      Admins: implicit("ALL Admins"),
      BlockValidation: implicit("ANY Writers"),
    },
    Capabilities: { V2_0: true },
    BatchTimeout: `${blocks.timeoutMs}ms`,
    BatchSize: { MaxMessageCount: blocks.maxCount, AbsoluteMaxBytes: "10 MB", PreferredMaxBytes: "2 MB" },
    ...consensus(topology),
    Organizations: orderers.map(ordererOrganisation),
  };
  return {
    Profiles: {
      [PROFILE]: {
        // An ordering node itself signs the configuration that an update results in: without it no update passes.
        Policies: {
          Readers: implicit("ANY Readers"),
          Writers: signature(`OR(${writers(mspIds)}, ${principals(ordererIds, "orderer")})`),
          Admins: allOf(mspIds, "admin"),
        },
        ...channelCapabilities,
        Application: application,
        Orderer: ordering,
      },
    },
  };
}
