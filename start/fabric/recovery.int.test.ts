/** What an operator does when a disk is lost, a key is exchanged or a certificate ends, each on real networks of every release that is found. */
import { X509Certificate } from "node:crypto";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { certificatesIn } from "../../lib/messages/pem";
import { setRevocationLists, setTlsRoots } from "../../network/config-update/membership";
import { ConfigUpdates } from "../../network/config-update/update";
import { untilEndorsing } from "../../network/endorsing";
import { prepareNetwork } from "../../network/prepare";
import { heightOf, remakePeers } from "../../network/remake";
import { tlsProblem } from "../../network/tls-problem";
import type { OrdererOrganisation, PeerNode, PeerOrganisation } from "../../network/topology";
import { CertificateAuthority, issueIdentity } from "../../organisation/ca";
import { renewIdentity } from "../../organisation/ca/identity";
import { retireRoot, rotateRoot } from "../../organisation/ca/rotation";
import { describeFabric, openWriter, startTestFabric, type TestFabric } from "../testing/fabric";
import { builderFolder } from "./network";

const STARTED_MS = 40_000;
const COMMITTED_MS = 8_000;
const late = (ms: number) => sleep(ms, undefined, { ref: false }).then(() => Promise.reject(new Error(`not committed within ${ms} ms`)));

describeFabric("recovering", (binaries) => {
  let network: TestFabric;
  let updates: ConfigUpdates;
  let authority: PeerOrganisation;
  let shipper: PeerOrganisation;
  let recipient: PeerOrganisation;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    updates = new ConfigUpdates(network.topology, binaries);
    [authority, shipper, recipient] = network.topology.organisations as [PeerOrganisation, PeerOrganisation, PeerOrganisation];
  });
  afterAll(() => network?.end());

  const firstPeer = ({ peers }: PeerOrganisation) => peers[0] as PeerNode;
  /** Every gateway of the network gets endorsements. */
  const served = () => untilEndorsing(network.topology, STARTED_MS);

  /** As `network:down` and `network:up` for these processes: each reads its files afresh. */
  async function restart(...names: string[]): Promise<void> {
    prepareNetwork(network.topology, binaries, builderFolder(process.cwd()));
    for (const name of names) await network.processes.restart(name);
  }

  /** One transaction, committed in time. */
  async function submit(): Promise<void> {
    const { contract, close } = openWriter(network);
    try {
      const submitted = contract.submit(network.topology.probe.name, { arguments: [...network.topology.probe.args] });
      await Promise.race([submitted, late(COMMITTED_MS)]);
    } finally {
      close();
    }
  }

  it("makes a peer anew from nothing: it joins, fetches every block, and endorses", async () => {
    const { topology, processes } = network;
    const node = firstPeer(authority);
    const before = await heightOf(topology, binaries, authority, node);
    await processes.stop(node.name);
    rmSync(join(node.folder, "ledger"), { recursive: true });
    await processes.restart(node.name);
    const { sequence } = network.state().definition;
    const state = await remakePeers(topology, binaries, authority, 60_000);
    expect(state.definition.sequence).toBe(sequence + 1);
    expect(network.state()).toEqual(state);
    // Approvals of three organisations, in one block at the least, and the commit.
    expect(await heightOf(topology, binaries, authority, node)).toBeGreaterThanOrEqual(before + 2);
    await served();
    await submit();
  }, 180_000);

  it("exchanges a peer's key: the channel takes the new certificate without being told", async () => {
    const folder = dirname(firstPeer(shipper).identity.certificate);
    const keyIn = () => new X509Certificate(readFileSync(join(folder, "cert.pem"))).publicKey;
    const before = keyIn();
    renameSync(folder, `${folder}-former`);
    const ca = await CertificateAuthority.open(network.layout.organisation("shipper"));
    const { name } = firstPeer(shipper);
    await issueIdentity(ca, { type: "peer", commonName: name, tlsHosts: [name, "localhost", "127.0.0.1"], out: folder });
    expect(keyIn().equals(before)).toBe(false);
    await restart(name);
    await served();
    await submit();
  }, 120_000);

  it("renews an ordering node's TLS certificate for its own key: the others take it, and order with it alone", async () => {
    const [first, second] = network.topology.orderers as [OrdererOrganisation, OrdererOrganisation];
    const node = first.nodes[0];
    if (node === undefined) throw new Error("no ordering node");
    const before = readFileSync(node.tls.certificate, "utf8");
    await renewIdentity(await CertificateAuthority.open(dirname(dirname(first.tlsRoot))), dirname(node.tls.certificate), () => true);
    expect(readFileSync(node.tls.certificate, "utf8")).not.toBe(before);
    await restart(node.name);
    // Two of three order: the renewed one is needed.
    const other = second.nodes[0]?.name ?? "";
    await network.processes.stop(other);
    await expect.poll(() => submit().then(() => true, String), { timeout: STARTED_MS, interval: 500 }).toBe(true);
    await network.processes.restart(other);
  }, 120_000);

  it("lets a TLS root take over from another: peers, contract and other organisations meet throughout", async () => {
    const dir = join(network.layout.organisation("recipient"), "tls");
    const roots = () => certificatesIn(readFileSync(recipient.tlsRoot, "utf8"));
    const [former = ""] = roots();
    const both = [firstPeer(recipient).name, "contract-recipient"];
    await rotateRoot(dir);
    expect(roots()).toHaveLength(2);
    expect(await updates.apply([recipient], setTlsRoots(recipient.mspId, roots()))).toMatchObject({ isChanged: true });
    await restart(...both);
    await served();

    const ca = await CertificateAuthority.open(dir);
    for (const { certificate } of [firstPeer(recipient).tls, recipient.contract.tls, recipient.adminTls]) {
      await renewIdentity(ca, dirname(certificate), () => true);
    }
    await restart(...both);
    await served();

    await expect(updates.apply([recipient], setTlsRoots(recipient.mspId, []))).rejects.toMatchObject({ code: "CERTIFICATE_FOREIGN" });
    expect(await retireRoot(dir)).toBeGreaterThan(0);
    expect(await updates.apply([recipient], setTlsRoots(recipient.mspId, roots()))).toMatchObject({ isChanged: true });
    await restart(...both);
    await served();
    await submit();
    const address = `${network.topology.host}:${firstPeer(recipient).ports.grpc}`;
    expect(await tlsProblem(address, Buffer.from(roots()[0] ?? ""))).toBeUndefined();
    expect(await tlsProblem(address, Buffer.from(former))).toMatchObject({ isForeign: true });
  }, 240_000);

  it("says at a start which identity the network no longer knows, and goes on once it is issued anew", async () => {
    const ca = await CertificateAuthority.open(network.layout.organisation("shipper"));
    await ca.revoke("monitor@shipper", "left");
    const change = await setRevocationLists(await updates.fetch(shipper), shipper.mspId, [await ca.crl()]);
    await updates.apply([shipper], change);
    await network.stop();
    const again = () => startTestFabric(binaries, { data: network.data, basePort: firstPeer(authority).ports.grpc - 20 });
    await expect(again()).rejects.toMatchObject({ code: "CERTIFICATE_FOREIGN", message: expect.stringContaining("monitor@shipper") });
    rmSync(dirname(shipper.monitor.certificate), { recursive: true });
    network = await again();
    await served();
  }, 180_000);
});
