/** `orderer.yaml` of one ordering node. Figures that are not ours are Fabric's. */
import { join } from "node:path";
import { type OrdererNode, type OrdererOrganisation, seenByProcesses, type Topology } from "../topology";
import { LEAST_PING_INTERVAL } from "./peer";

export function ordererSettings(topology: Topology, organisation: OrdererOrganisation, node: OrdererNode): object {
  const { listen } = topology;
  const seen = (path: string) => seenByProcesses(topology, path);
  const pair = { Certificate: seen(node.tls.certificate), PrivateKey: seen(node.tls.privateKey) };
  const tlsRoot = seen(organisation.tlsRoot);
  const state = seen(join(node.folder, "ledger"));
  return {
    General: {
      ListenAddress: listen,
      ListenPort: node.ports.grpc,
      TLS: { Enabled: true, ...pair, RootCAs: [tlsRoot], ClientAuthRequired: false, ClientRootCAs: [] },
      Keepalive: { ServerMinInterval: LEAST_PING_INTERVAL, ServerInterval: "7200s", ServerTimeout: "20s" },
      MaxRecvMsgSize: 104_857_600,
      MaxSendMsgSize: 104_857_600,
      // Channels are joined through the admin address; there is no system channel.
      BootstrapMethod: "none",
      LocalMSPDir: seen(join(node.folder, "msp")),
      LocalMSPID: organisation.mspId,
      Cluster: {
        SendBufferSize: 100,
        // Towards the other ordering nodes: the same TLS identity, on the same address.
        ClientCertificate: pair.Certificate,
        ClientPrivateKey: pair.PrivateKey,
        DialTimeout: "5s",
        RPCTimeout: "7s",
        ReplicationBufferSize: 20_971_520,
        ReplicationPullTimeout: "5s",
        ReplicationRetryTimeout: "5s",
      },
      Profile: { Enabled: false, Address: `${listen}:0` },
      BCCSP: { Default: "SW", SW: { Hash: "SHA2", Security: 256, FileKeyStore: { KeyStore: "" } } },
      Authentication: { TimeWindow: "15m" },
    },
    FileLedger: { Location: state },
    Debug: { BroadcastTraceDir: "", DeliverTraceDir: "" },
    Operations: { ListenAddress: `${listen}:${node.ports.operations}`, TLS: { Enabled: false } },
    Metrics: { Provider: "prometheus" },
    Admin: {
      ListenAddress: `${listen}:${node.ports.admin}`,
      TLS: { Enabled: true, ...pair, RootCAs: [tlsRoot], ClientAuthRequired: true, ClientRootCAs: [tlsRoot] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: "1 MB" },
    Consensus: { WALDir: join(state, "wal"), SnapDir: join(state, "snapshot") },
  };
}
