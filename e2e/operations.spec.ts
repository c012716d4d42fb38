/** The operators' page: what the network lives on, who is behind, what is in force; and that it says so when something ends. */
import { expect, test } from "@playwright/test";
import { Client } from "pg";
import { endpoints, network, personOf } from "./support";

test.describe.configure({ mode: "serial", timeout: 240_000 });

test("tells every certificate of the network with its end, every peer with its height, and the channel in force", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/ledger");
  await page.getByRole("link", { name: "Operations: certificates, peers, ordering" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("No certificate ends within 3 months");
  const { kind, organisations, channel } = await network();
  const certificates = page.getByRole("region", { name: "Certificates of the network, which ends first on top" });
  for (const { peers } of organisations) {
    for (const { name } of peers) await expect(certificates.getByText(name, { exact: true }).first()).toBeVisible();
  }
  await expect(certificates.getByText("proxy@operator")).toBeVisible();
  await expect(certificates.getByText("Root of identities").first()).toBeVisible();
  const peers = page.getByRole("region", { name: "Peers by organisation" });
  await expect(peers.getByText("Up to date")).toHaveCount(organisations.flatMap((organisation) => organisation.peers).length);
  const facts = page.locator("section", { has: page.getByRole("heading", { name: "The channel" }) });
  await expect(facts.getByText(channel, { exact: true })).toBeVisible();
  if (kind === "fabric") {
    await expect(certificates.getByText("Ordering node, TLS")).toHaveCount(3);
    await expect(certificates.getByText("Peer, TLS")).toHaveCount(3);
    await expect(peers.getByText(/version \d+, sequence \d+/).first()).toBeVisible();
    await expect(facts.getByText(/Raft, 3 nodes/)).toBeVisible();
    await expect(facts.getByRole("link", { name: /Committed in block/ })).toBeVisible();
  } else {
    await expect(facts.getByText("One process, inside the embedded ledger")).toBeVisible();
  }
});

test("says first that a certificate ends soon, and gives its owner the command", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  const database = new Client({ connectionString: endpoints().databaseUrl });
  await database.connect();
  try {
    // Nobody's certificate ends within the minutes of a test: the page is told that this one was for three more weeks.
    const { rows } = await database.query<{ common_name: string; ends: Date }>(
      `UPDATE "user" u SET certificate_ends = now() + interval '21 days 1 hour' FROM "user" before
        WHERE before.id = u.id AND u.msp_id = 'ShipperMSP' AND u.role = 'shipper' RETURNING u.common_name, before.certificate_ends AS ends`,
    );
    const [person] = rows;
    expect(rows).toHaveLength(1);
    await page.goto("/operations");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("1 certificate ends within 30 days");
    const row = page.getByRole("row", { name: person?.common_name ?? "" });
    await expect(row.getByText("Ends in 21 days")).toBeVisible();
    await expect(row.getByText(/organisation\.mjs code --dir organisations\/shipper --login/)).toBeVisible();
    await database.query(`UPDATE "user" SET certificate_ends = $1 WHERE common_name = $2`, [person?.ends, person?.common_name]);
  } finally {
    await database.end();
  }
});

test("shows an organisation's people to those who act for it, and to nobody else", async ({ browser }) => {
  const shipper = (await personOf("shipper", browser)).page;
  await shipper.goto("/operations");
  await expect(shipper.getByRole("heading", { name: "People of your organisation" })).toBeVisible();
  await expect(shipper.getByText(/@recipient/)).toHaveCount(0);
  const auditor = (await personOf("auditor", browser)).page;
  await auditor.goto("/operations");
  await expect(auditor.getByRole("heading", { name: "Organisations" })).toBeVisible();
  await expect(auditor.getByRole("heading", { name: "People of your organisation" })).toHaveCount(0);
});
