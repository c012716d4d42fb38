/**
 * What pages show when two organisations have made the ledger say what its rules do not give. The last spec: nothing is projected on this
 * stack after it.
 */
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { commitCode, submit } from "../ledger/testing/raw";
import { canonicalJson } from "../lib/domain/canonical-json";
import { connect } from "../lib/fabric/connection";
import { invent, issuedFrom } from "../start/testing/colluding";
import { endpoints, layout, network, personOf } from "./support";

const identity = (folder: string) => ({ certificate: join(folder, "cert.pem"), privateKey: join(folder, "key.pem") });

test("an invented write set is committed as valid, and every page says which transaction it was and that nothing since is known", async ({
  browser,
}) => {
  test.skip(process.env.WINTERSEAL_TEST_ENGINE?.startsWith("fabric") === true, "real Fabric: start/fabric/governance.int.test.ts");
  const { page } = await personOf("shipper", browser);
  await page.goto("/");
  await expect(page.getByRole("alert").filter({ hasText: "contradicts" })).toHaveCount(0);

  const { channel, chaincode } = await network();
  const peers = [
    issuedFrom("AuthorityMSP", identity(join(layout().organisation("authority"), "peer"))),
    issuedFrom("ShipperMSP", identity(join(layout().organisation("shipper"), "peer"))),
  ];
  const creator = issuedFrom("ShipperMSP", identity(join(layout().people, "importer-shipper")));
  const shipment = {
    shipment: "ghost",
    sscc: "006141411234567890",
    title: "Never sent",
    origin: "A",
    destination: "B",
    recipient: "RecipientMSP",
  };
  const call = ["shipment:Create", canonicalJson({ ...shipment, profile: "fridge-2-8/1" })];
  const { proposal, envelope } = invent({ channel, chaincode, creator, call, writes: { "shipment~ghost": "{}" }, peers });
  const connection = await connect(await network());
  try {
    const [peer] = connection.peers;
    if (peer === undefined) throw new Error("no peer");
    await submit(peer.client, envelope, channel);
    expect(await commitCode(peer.client, creator, proposal.transactionId, channel)).toBe(0);
  } finally {
    connection.close();
  }

  const alert = page.getByRole("alert").filter({ hasText: "The ledger contradicts its own rules" });
  // The page that stands open says so by itself.
  await expect(alert).toContainText(proposal.transactionId);
  await expect(alert).toContainText(/block \d+, transaction/);
  await page.screenshot({ path: test.info().outputPath("overview.png"), fullPage: true });
  await page.goto("/shipments");
  await expect(alert).toContainText("nothing since is known to be good");
  const first = page.getByRole("link", { name: /Vaccine|shipment|Trial|Insulin/i }).first();
  await expect(page.getByText("Never sent")).toHaveCount(0);
  if ((await first.count()) > 0) {
    await first.click();
    await expect(alert).toContainText(proposal.transactionId);
  }
  await page.goto("/shipments/ghost");
  await expect(alert).toContainText(proposal.transactionId);
  await expect(page.getByText("Never sent")).toHaveCount(0);

  const health = await page.request.get(new URL("/api/health", endpoints().site).href);
  expect(await health.json()).toMatchObject({ status: "halted" });
});
