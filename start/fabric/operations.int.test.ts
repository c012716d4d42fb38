/** What operators do to a running channel: each on real networks of every release that is found. */
import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { msp, peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { rawToDer } from "../../device/ts/der";
import { EndorsementCheck } from "../../device/ts/endorsed";
import { formProposal, invocationArgs, serializedIdentity, signedProposal } from "../../device/ts/fabric";
import { keySigner } from "../../device/ts/signer-node";
import { certificatesIn } from "../../lib/messages/pem";
import { backUpPeer, restorePeer } from "../../network/backup";
import { setRevocationLists, setRoots } from "../../network/config-update/membership";
import { admitOrganisation } from "../../network/config-update/organisations";
import { ConfigUpdates } from "../../network/config-update/update";
import { untilEndorsing } from "../../network/endorsing";
import { prepareNetwork } from "../../network/prepare";
import type { PeerNode, PeerOrganisation } from "../../network/topology";
import { CertificateAuthority } from "../../organisation/ca";
import { issueIdentity, renewIdentity } from "../../organisation/ca/identity";
import { retireRoot, rotateRoot } from "../../organisation/ca/rotation";
import { describeFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { fabricMaterial } from "./material";
import { builderFolder } from "./network";
import { admitNewcomer } from "./newcomer";

const SOON_MS = 3_000;
const STARTED_MS = 30_000;

describeFabric("operating a channel", (binaries) => {
  let network: TestFabric;
  let updates: ConfigUpdates;
  let authority: PeerOrganisation;
  let shipper: PeerOrganisation;
  const caOf = ({ id }: PeerOrganisation) => CertificateAuthority.open(network.layout.organisation(id));
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    updates = new ConfigUpdates(network.topology, binaries);
    [authority, shipper] = network.topology.organisations as [PeerOrganisation, PeerOrganisation];
  });
  afterAll(() => network?.end());

  /** Only this organisation's gateways, asked as its own monitor. */
  const served = (organisation: PeerOrganisation, withinMs = SOON_MS) =>
    untilEndorsing({ ...network.topology, organisations: [organisation] }, withinMs);

  it("refuses a revocation list that peers would choke on, or that another root signed", async () => {
    const config = await updates.fetch(shipper);
    await expect(setRevocationLists(config, shipper.mspId, [await (await caOf(authority)).crl()])).rejects.toMatchObject({
      code: "CERTIFICATE_FOREIGN",
    });
    await expect(setRevocationLists(config, shipper.mspId, ["no list"])).rejects.toMatchObject({ code: "CERTIFICATE_FOREIGN" });
  });

  it("lets no organisation change another one's membership", async () => {
    const list = await (await caOf(shipper)).crl();
    const change = await setRevocationLists(await updates.fetch(shipper), shipper.mspId, [list]);
    await expect(updates.apply([authority], change)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining("policy"),
    });
  });

  it("has every peer refuse a revoked identity once its own organisation put the list into the channel, and nobody else", async () => {
    const ca = await caOf(shipper);
    const out = join(network.data, "leaver");
    await issueIdentity(ca, { type: "client", commonName: "leaver@shipper", role: "auditor", out });
    const asLeaver = { ...shipper, monitor: { certificate: join(out, "cert.pem"), privateKey: join(out, "key.pem") } };
    await served(asLeaver);
    await ca.revoke("leaver@shipper", "left");
    await served(asLeaver);
    const change = await setRevocationLists(await updates.fetch(shipper), shipper.mspId, [await ca.crl()]);
    expect(await updates.apply([shipper], change)).toEqual({ isChanged: true, sequence: 1 });
    await expect(served(asLeaver)).rejects.toThrow(/access denied|creator/);
    await served(shipper);
    await served(authority);
    expect(await updates.apply([shipper], change)).toEqual({ isChanged: false, sequence: 1 });
  });

  it("renews a peer's certificate for its own key: the channel takes it, and so do clients that know the peer by its key", async () => {
    const [node] = authority.peers as [PeerNode];
    const before = readFileSync(node.identity.certificate, "utf8");
    await renewIdentity(await caOf(authority), dirname(node.identity.certificate), () => true);
    await restart(authority);
    await served(authority, STARTED_MS);
    const after = readFileSync(node.identity.certificate, "utf8");
    expect(after).not.toBe(before);
    const trust = { chaincode: network.topology.chaincode, endorsers: [{ mspId: authority.mspId, certificate: before }] };
    const { hash, payload, endorsement } = await endorsedBy(network, authority, node);
    expect(new X509Certificate(certificateOf(endorsement)).fingerprint256).toBe(new X509Certificate(after).fingerprint256);
    await expect(new EndorsementCheck(trust, nodeCrypto()).result(hash, payload, [endorsement], 1)).resolves.toBeDefined();
  });

  it("lets a root take over from another: both are believed, then the new one alone", async () => {
    const recipient = network.topology.organisations[2] as PeerOrganisation;
    const dir = network.layout.organisation("recipient");
    const roots = async () => certificatesIn(readFileSync(recipient.root, "utf8"));
    const setTheirs = async () => updates.apply([recipient], setRoots(recipient.mspId, await roots()));
    const old = { certificate: readFileSync(recipient.monitor.certificate, "utf8"), file: join(network.data, "old-monitor.pem") };
    writeFileSync(old.file, old.certificate);
    const asOld = { ...recipient, monitor: { ...recipient.monitor, certificate: old.file } };

    await rotateRoot(dir);
    expect(await roots()).toHaveLength(2);
    expect(await setTheirs()).toMatchObject({ isChanged: true });
    await restart(recipient);
    await served(recipient, STARTED_MS);

    const ca = await caOf(recipient);
    for (const { certificate } of [recipient.admin, recipient.monitor, ...recipient.peers.map(({ identity }) => identity)]) {
      await renewIdentity(ca, dirname(certificate), () => true);
    }
    await restart(recipient);
    await served(recipient, STARTED_MS);
    await served(asOld);

    await expect(updates.apply([recipient], setRoots(recipient.mspId, []))).rejects.toMatchObject({ code: "CERTIFICATE_FOREIGN" });
    expect(await retireRoot(dir)).toBeGreaterThan(0);
    expect(await setTheirs()).toMatchObject({ isChanged: true });
    await restart(recipient);
    await served(recipient, STARTED_MS);
    await expect(served(asOld)).rejects.toThrow(/access denied|creator|PERMISSION_DENIED/);
    expect(certificatesIn(readFileSync(join(dir, "public", "roots.pem"), "utf8"))).toHaveLength(2);
  });

  it("restores a peer from a copy that is behind: it fetches what it missed, and endorses", async () => {
    const { topology, processes, data } = network;
    const [node] = authority.peers as [PeerNode];
    await expect(backUpPeer(topology, node, join(data, "backup"))).rejects.toMatchObject({ code: "PORT_TAKEN" });
    await processes.stop(node.name);
    await backUpPeer(topology, node, join(data, "backup"));
    await processes.restart(node.name);
    const list = async () => setRevocationLists(await updates.fetch(authority), authority.mspId, [await (await caOf(authority)).crl()]);
    expect((await updates.apply([authority], await list())).isChanged).toBe(true);

    await processes.stop(node.name);
    rmSync(join(node.folder, "ledger"), { recursive: true });
    await restorePeer(topology, node, join(data, "backup"));
    await processes.restart(node.name);
    await served(authority, STARTED_MS);
    // Resolves when every peer has the new configuration: the restored one has caught up.
    expect((await updates.apply([authority], await list())).isChanged).toBe(true);
  });

  it("lets a fourth organisation join when all sign: its peer has every block, its gateway gets endorsements, its endorsement counts", async () => {
    const { layout, topology, data } = network;
    const basePort = (topology.organisations[0]?.peers[0]?.ports.grpc as number) - 20;
    const shape = { basePort, consensus: topology.consensus, peers: 1 } as const;
    const carrier = { id: "carrier", mspId: "CarrierShipperMSP", name: "Rhine Carriers" };
    const after = await fabricMaterial(layout, shape, [carrier]);
    prepareNetwork(after, binaries, builderFolder(process.cwd()));
    const change = await admitOrganisation(after, binaries, carrier.mspId);
    await expect(updates.apply(topology.organisations.slice(0, 2), change)).rejects.toMatchObject({
      message: expect.stringContaining("policy"),
    });
    expect(await admitNewcomer(layout, shape, binaries, carrier)).toMatchObject({ isChanged: true });
    await network.stop();
    network = await startTestFabric(binaries, { data, basePort });
    expect(network.processes.names()).toContain("peer0.carrier");
    expect(network.state().definition.sequence).toBe(2);
    const joined = network.topology.organisations[3] as PeerOrganisation;
    await served(joined, STARTED_MS);
    const { hash, payload, endorsement } = await endorsedBy(network, joined, joined.peers[0] as PeerNode);
    const trust = {
      chaincode: "winterseal",
      endorsers: [{ mspId: joined.mspId, certificate: readFileSync(joined.peers[0]?.identity.certificate ?? "", "utf8") }],
    };
    await expect(new EndorsementCheck(trust, nodeCrypto()).result(hash, payload, [endorsement], 1)).resolves.toBeDefined();
  }, 150_000);

  /** As `network:down` and `network:up` for one organisation: its peers read their membership folders afresh. */
  async function restart({ peers }: PeerOrganisation): Promise<void> {
    prepareNetwork(network.topology, binaries, builderFolder(process.cwd()));
    for (const { name } of peers) await network.processes.restart(name);
  }
});

const certificateOf = (endorsement: Uint8Array): string =>
  Buffer.from(
    msp.SerializedIdentity.deserializeBinary(peer.Endorsement.deserializeBinary(endorsement).getEndorser_asU8()).getIdBytes_asU8(),
  ).toString();

/** One peer's signature over one answer, as a device gets it. */
async function endorsedBy({ topology }: TestFabric, organisation: PeerOrganisation, node: PeerNode) {
  const signer = keySigner(
    organisation.mspId,
    readFileSync(organisation.monitor.certificate, "utf8"),
    readFileSync(organisation.monitor.privateKey, "utf8"),
  );
  const args = invocationArgs(
    "attest:Read",
    topology.probe.args.map((each) => Buffer.from(each)),
  );
  const invocation = { channel: topology.channel, chaincode: topology.chaincode, args };
  const creator = serializedIdentity(signer.mspId, signer.certificate);
  const proposal = formProposal(creator, invocation, crypto.getRandomValues(new Uint8Array(24)), Date.now());
  const signed = signedProposal(proposal.bytes, rawToDer(await signer.sign(proposal.bytes)));
  const client = new peer.EndorserClient(`${topology.host}:${node.ports.grpc}`, credentials.createSsl(readFileSync(organisation.tlsRoot)), {
    "grpc.ssl_target_name_override": node.name,
  });
  const answer = await new Promise<peer.ProposalResponse>((resolve, reject) => {
    client.processProposal(peer.SignedProposal.deserializeBinary(signed), (error: Error | null, value?: peer.ProposalResponse) =>
      error ? reject(error) : resolve(value as peer.ProposalResponse),
    );
  });
  client.close();
  const endorsement = answer.getEndorsement() as peer.Endorsement;
  return { hash: proposal.hash, payload: answer.getPayload_asU8(), endorsement: endorsement.serializeBinary() };
}
