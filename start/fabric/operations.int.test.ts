/** What operators do to a running channel: each on real networks of every release that is found. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { setRevocationLists } from "../../network/config-update/membership";
import { ConfigUpdates } from "../../network/config-update/update";
import { untilEndorsing } from "../../network/endorsing";
import type { PeerOrganisation } from "../../network/topology";
import { CertificateAuthority } from "../../organisation/ca";
import { describeFabric, startTestFabric, type TestFabric } from "../testing/fabric";

const SOON_MS = 3_000;

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
    await served(shipper);
    const ca = await caOf(shipper);
    await ca.revoke("monitor@shipper", "left");
    await served(shipper);
    const change = await setRevocationLists(await updates.fetch(shipper), shipper.mspId, [await ca.crl()]);
    expect(await updates.apply([shipper], change)).toEqual({ isChanged: true, sequence: 1 });
    await expect(served(shipper)).rejects.toThrow(/access denied|creator/);
    await served(authority);
    expect(await updates.apply([shipper], change)).toEqual({ isChanged: false, sequence: 1 });
  });
});
