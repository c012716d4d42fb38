/**
 * The SDK of the paper's time (npm `fabric-network` 2.2), directly to peers and orderer, without service discovery. Installed under bench/legacy only; its
 * types are left out, so the little that is used of it is written down here.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expectRecorded } from "./expect";
import type { PeerAddress, Recorder, Task } from "./task";

interface LegacyContract {
  createTransaction(name: string): { setEndorsingPeers(peers: unknown[]): { submit(...args: Buffer[]): Promise<Buffer> } };
}
interface LegacyGateway {
  connect(profile: object, options: object): Promise<void>;
  getNetwork(channel: string): Promise<{
    getContract(chaincode: string): LegacyContract;
    getChannel(): { getEndorsers(): { readonly name: string }[] };
  }>;
  disconnect(): void;
}
interface LegacySdk {
  readonly Gateway: new () => LegacyGateway;
  readonly Wallets: { newInMemoryWallet(): Promise<{ put(label: string, identity: object): Promise<void> }> };
}

/** An install of its own: what it brings along would stand before the product's own packages. */
export const LEGACY_FOLDER = "bench/legacy";
export const LEGACY_PACKAGE = "fabric-network";

function profileOf({ channel, peers, orderer }: Task): object {
  const node = ({ name, address, tlsRoot = "" }: PeerAddress) => [
    name,
    { url: `grpcs://${address}`, tlsCACerts: { pem: tlsRoot }, grpcOptions: { "ssl-target-name-override": name, hostnameOverride: name } },
  ];
  const organisations = [...new Set(peers.map(({ mspId }) => mspId))];
  return {
    name: "bench",
    version: "1.0.0",
    client: { organization: "AuthorityMSP" },
    organizations: Object.fromEntries(
      organisations.map((mspid) => [mspid, { mspid, peers: peers.filter((peer) => peer.mspId === mspid).map(({ name }) => name) }]),
    ),
    peers: Object.fromEntries(peers.map(node)),
    orderers: Object.fromEntries(orderer === undefined ? [] : [node(orderer)]),
    channels: {
      [channel]: {
        orderers: orderer === undefined ? [] : [orderer.name],
        peers: Object.fromEntries(peers.map(({ name }) => [name, { endorsingPeer: true, chaincodeQuery: true, eventSource: true }])),
      },
    },
  };
}

/** The SDK goes on with the answers that it has and lets the ledger refuse them: what the others said is in the error's own fields. */
function explained(error: Error & { responses?: { response?: object; connection?: { name?: string } }[]; errors?: Error[] }): never {
  const { responses = [], errors = [] } = error;
  const said = responses.map(({ connection, response }) => `${connection?.name}: ${JSON.stringify(response)}`);
  throw new Error([error.message, ...said, ...errors.map(({ message }) => message)].join("; ").slice(0, 2_000), { cause: error });
}

export async function openLegacy(task: Task): Promise<Recorder> {
  const load = createRequire(join(process.cwd(), `${LEGACY_FOLDER}/package.json`));
  const { Gateway, Wallets } = load(LEGACY_PACKAGE) as LegacySdk;
  const wallet = await Wallets.newInMemoryWallet();
  const credentials = { certificate: task.certificate, privateKey: task.key };
  await wallet.put("sensor", { credentials, mspId: "AuthorityMSP", type: "X.509" });
  const gateway = new Gateway();
  await gateway.connect(profileOf(task), { wallet, identity: "sensor", discovery: { enabled: false } });
  const network = await gateway.getNetwork(task.channel);
  const contract = network.getContract(task.chaincode);
  const endorsing = network.getChannel().getEndorsers().slice(0, task.endorsements);
  return {
    async record(batch, moment) {
      const submit = () =>
        contract.createTransaction("batch:Record").setEndorsingPeers(endorsing).submit(Buffer.from(batch), Buffer.from(moment));
      // Peers that it asked by itself were a block apart: its answers did not match, and the ledger refused them.
      const again = (error: Error) => (/ENDORSEMENT_POLICY_FAILURE|MVCC/.test(error.message) ? sleep(500).then(submit) : explained(error));
      expectRecorded(task, batch, await submit().catch(again).catch(explained));
    },
    close: async () => gateway.disconnect(),
  };
}
