/** `core.yaml` of one peer: complete, so that no value depends on what lies beside a program. Figures that are not ours are Fabric's. */
import { join } from "node:path";
import { type PeerNode, type PeerOrganisation, seenByProcesses, type Topology } from "../topology";

const at = (host: string, port: number) => `${host}:${port}`;

const GOSSIP = {
  // Each peer pulls blocks from the orderers itself: no election, and a killed neighbour delays nobody.
  useLeaderElection: false,
  orgLeader: true,
  membershipTrackerInterval: "5s",
  maxBlockCountToStore: 10,
  maxPropagationBurstLatency: "10ms",
  maxPropagationBurstSize: 10,
  propagateIterations: 1,
  propagatePeerNum: 3,
  pullInterval: "4s",
  pullPeerNum: 3,
  requestStateInfoInterval: "1s",
  publishStateInfoInterval: "1s",
  publishCertPeriod: "10s",
  skipBlockVerification: false,
  dialTimeout: "3s",
  connTimeout: "2s",
  recvBuffSize: 20,
  sendBuffSize: 200,
  digestWaitTime: "1s",
  requestWaitTime: "1500ms",
  responseWaitTime: "2s",
  // Shorter than Fabric's 5 s, 25 s and 25 s: a restarted peer is back in the endorsement plan within seconds.
  aliveTimeInterval: "2s",
  aliveExpirationTimeout: "10s",
  reconnectInterval: "3s",
  maxConnectionAttempts: 120,
  msgExpirationFactor: 20,
  election: { startupGracePeriod: "15s", membershipSampleInterval: "1s", leaderAliveThreshold: "10s", leaderElectionDuration: "5s" },
  pvtData: {
    // Fabric's 60 s would hold up a peer that comes from nothing at every block with an approval of its organisation, which nobody else may have.
    // There is no other private data here; what a sibling has is handed over later, too (reconciliation).
    pullRetryThreshold: "5s",
    transientstoreMaxBlockRetention: 20_000,
    pushAckTimeout: "3s",
    btlPullMargin: 10,
    reconcileBatchSize: 10,
    reconcileSleepInterval: "1m",
    reconciliationEnabled: true,
    skipPullingInvalidTransactionsDuringCommit: false,
    implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
  },
  state: { enabled: false, checkInterval: "10s", responseTimeout: "3s", batchSize: 10, blockBufferSize: 20, maxRetries: 3 },
};

const HANDLERS = {
  authFilters: [{ name: "DefaultAuth" }, { name: "ExpirationCheck" }],
  decorators: [{ name: "DefaultDecorator" }],
  endorsers: { escc: { name: "DefaultEndorsement", library: "" } },
  validators: { vscc: { name: "DefaultValidation", library: "" } },
};

/**
 * How often a client may ping. A peer's gateway opens its connections to other peers and ordering nodes without saying how often it pings, which
 * gRPC takes for its least, 10 s; Fabric's servers take no less than 60 s by default and close such a connection ("too_many_pings"), and what is under
 * way on it fails. Less than 10 s still tells pings from a flood.
 */
export const LEAST_PING_INTERVAL = "5s";

/** Name of the environment variable through which the peer tells its builder where its TLS identity towards the contract lies. */
export const CONTRACT_TLS_VARIABLE = "WINTERSEAL_CONTRACT_TLS";

/** @param major release of the binaries: 3.x checks the proposal's time by a filter that 2.5 does not know */
export function peerSettings(topology: Topology, organisation: PeerOrganisation, node: PeerNode, major: number): object {
  const { listen, folder } = topology;
  const seen = (path: string) => seenByProcesses(topology, path);
  const address = at(node.host, node.ports.grpc);
  const neighbours = organisation.peers.filter(({ name }) => name !== node.name).map(({ host, ports }) => at(host, ports.grpc));
  const tlsRoot = seen(organisation.tlsRoot);
  const timeCheck = major >= 3 ? [{ name: "TimeWindowCheck" }] : [];
  return {
    peer: {
      id: node.name,
      networkId: topology.channel,
      listenAddress: at(listen, node.ports.grpc),
      address,
      chaincodeListenAddress: at(listen, node.ports.chaincode),
      chaincodeAddress: at(node.host, node.ports.chaincode),
      addressAutoDetect: false,
      gateway: { enabled: true, endorsementTimeout: "30s", broadcastTimeout: "30s", dialTimeout: "2m" },
      keepalive: {
        interval: "7200s",
        timeout: "20s",
        minInterval: LEAST_PING_INTERVAL,
        client: { interval: "60s", timeout: "20s" },
        deliveryClient: { interval: "60s", timeout: "20s" },
      },
      gossip: {
        ...GOSSIP,
        bootstrap: neighbours.length > 0 ? neighbours.join(" ") : address,
        endpoint: address,
        externalEndpoint: address,
      },
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: seen(node.tls.certificate) },
        key: { file: seen(node.tls.privateKey) },
        rootcert: { file: tlsRoot },
        clientRootCAs: { files: [tlsRoot] },
      },
      authentication: { timewindow: "15m" },
      fileSystemPath: seen(join(node.folder, "ledger")),
      BCCSP: { Default: "SW", SW: { Hash: "SHA2", Security: 256, FileKeyStore: { KeyStore: "" } } },
      mspConfigPath: seen(join(node.folder, "msp")),
      localMspId: organisation.mspId,
      localMspType: "bccsp",
      client: { connTimeout: "3s" },
      deliveryclient: {
        blockGossipEnabled: false,
        reconnectTotalTimeThreshold: "3600s",
        connTimeout: "3s",
        reConnectBackoffThreshold: "5s",
        blockCensorshipTimeoutKey: "30s",
        minimalReconnectInterval: "100ms",
        addressOverrides: [],
        policy: "cluster",
      },
      profile: { enabled: false, listenAddress: at(listen, 0) },
      handlers: { ...HANDLERS, authFilters: [...HANDLERS.authFilters, ...timeCheck] },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      maxRecvMsgSize: 104_857_600,
      maxSendMsgSize: 104_857_600,
    },
    // No Docker: every contract is a process of its own.
    vm: { endpoint: "" },
    chaincode: {
      id: { path: "", name: "" },
      externalBuilders: [
        { name: "contract-as-a-service", path: seen(join(folder, "builder")), propagateEnvironment: [CONTRACT_TLS_VARIABLE] },
      ],
      installTimeout: "60s",
      startuptimeout: "60s",
      executetimeout: "30s",
      mode: "net",
      keepalive: 0,
      system: { _lifecycle: "enable", cscc: "enable", lscc: "enable", qscc: "enable" },
      logging: { level: "info", shim: "warning" },
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: "goleveldb", totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: "60m",
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: join(node.folder, "ledger", "snapshots") },
    },
    operations: { listenAddress: at(listen, node.ports.operations), tls: { enabled: false } },
    metrics: { provider: "prometheus" },
  };
}
