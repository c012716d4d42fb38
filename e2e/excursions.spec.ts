/** An excursion's whole life on the product as `npm start` brings it up: every step signed in its person's own signer, at a desk and in the hand. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import pg from "pg";
import { ssccCheckDigit } from "../lib/domain/sscc";
import { openClient } from "../start/importer/client";
import { record } from "../start/importer/importer";
import { enrolSensor } from "../start/importer/sensors";
import { endpoints, HandSensor, layout, network, personOf, signs, started } from "./support";

test.describe.configure({ mode: "serial", timeout: 300_000 });

const SENSOR = "e2e-door";
const SHIPMENT = "e2e-door-trip";
const EXCURSION = `/excursions/${SHIPMENT}~${SENSOR}~upper~1`;
const REPORT = Buffer.concat([Buffer.from("%PDF-1.7 what the driver said "), randomBytes(2000)]);
const AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
let sensor: HandSensor | undefined;

test.afterAll(() => sensor?.close());

/** Both sizes, light and dark: a picture of each, no sideways scrolling, nothing that axe finds. */
async function lookAt(page: Page, name: string, shows: string | RegExp): Promise<void> {
  for (const [size, viewport] of [
    ["1440", { width: 1440, height: 900 }],
    ["390", { width: 390, height: 844 }],
  ] as const) {
    await page.setViewportSize(viewport);
    await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `test-results/pages/${name}-${size}-${colorScheme}.png`, fullPage: true, animations: "disabled" });
      const { violations } = await new AxeBuilder({ page }).withTags(AA).analyze();
      const findings = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
      expect.soft(findings, `${name} ${size} ${colorScheme}`).toEqual([]);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(sideways, `${name} at ${size} scrolls sideways, px`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function inDatabase<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: endpoints().databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

test("what the ledger finds is open at once, and stays in sight", async ({ browser }) => {
  const net = await network();
  const { people, devices } = layout();
  const authority = await openClient({ mspId: "AuthorityMSP", folder: join(people, "importer-authority") }, net, endpoints());
  const shipper = await openClient({ mspId: "ShipperMSP", folder: join(people, "importer-shipper") }, net, endpoints());
  const now = Date.now();
  const day = 86_400_000;
  const calibration = {
    number: "E2E-D",
    hash: "0".repeat(64),
    laboratory: "Lab",
    from: now - day,
    to: now + day,
    min: -20_000,
    max: 50_000,
    uncertainty: 200,
  };
  await enrolSensor(
    { folder: join(devices, SENSOR), ca: endpoints().ca, authority },
    { sensor: SENSOR, model: "WS-400", owner: "ShipperMSP", calibration },
  );
  const digits = `3761234577${String(now).slice(-7)}`;
  const plan = { title: "Rotavirus vaccine", origin: "Basel", destination: "Lugano", recipient: "RecipientMSP", profile: "fridge-2-8/1" };
  await record(shipper, "shipment:Create", { shipment: SHIPMENT, sscc: `${digits}${ssccCheckDigit(digits)}`, ...plan, lot: "E2E-7" });
  await record(shipper, "shipment:Assign", { shipment: SHIPMENT, sensor: SENSOR, place: "door", start: now - 1_800_000 });
  sensor = await HandSensor.open(SENSOR, join(devices, SENSOR));
  await sensor.deliver(5_000, 9_100);
  const { page } = await personOf("recipient", browser);
  await page.goto("/excursions");
  await page.getByRole("link", { name: "Basel to Lugano", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${EXCURSION}$`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Basel to Lugano: to acknowledge");
  await expect(page.getByText("Lab")).toHaveCount(0);
});

test("the recipient acknowledges it in the hand, with the comment that is mandatory", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(EXCURSION);
  const sign = page.getByRole("button", { name: "Sign acknowledgement" });
  await expect(sign).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText("A comment is needed.")).toBeVisible();
  // Marks that turn the reading direction would let the signer show other words than it signs.
  await page.getByLabel("Comment").fill("seen \u202Edne");
  await expect(page.getByText("It holds a character that cannot be recorded")).toBeVisible();
  await expect(sign).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel("Comment").fill("<img src=x onerror=alert(1)> door was open");
  await signs(page, () => sign.click(), ["Acknowledge an excursion", "<img src=x onerror=alert(1)> door was open", SENSOR]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Basel to Lugano: to investigate");
  await expect(page.getByText("<img src=x onerror=alert(1)> door was open")).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign the decision" })).toHaveCount(0);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the shipper assigns it and investigates; files are hashed here, and what is no document is not taken", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto(EXCURSION);
  const self = started().people.find(({ role }) => role === "shipper")?.name ?? "";
  await page.getByLabel("Assign to").selectOption({ label: `${self}, Rheinhafen Pharma` });
  await signs(page, () => page.getByRole("button", { name: "Sign assignment" }).click(), ["Assign an excursion", /@shipper/]);
  await expect(page.getByText(`Assigned to ${self}`).first()).toBeVisible();

  const files = page.getByLabel("Files to attach");
  await files.setInputFiles([
    { name: "driver.pdf", mimeType: "application/pdf", buffer: REPORT },
    { name: "program.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x4d, 0x5a, 0x90, 0x00, 0x03]) },
    { name: "large.pdf", mimeType: "application/pdf", buffer: Buffer.concat([Buffer.from("%PDF-"), Buffer.alloc(10_000_000)]) },
  ]);
  await expect(page.getByText("program.pdf: neither PDF, JPEG, PNG nor plain text")).toBeVisible();
  await expect(page.getByText("large.pdf: larger than 10 MB")).toBeVisible();
  await expect(page.getByRole("list", { name: "Attached files" }).getByText("driver.pdf")).toBeVisible();
  await page.getByLabel("Note").fill("The driver says that the door stood open.\nThe stability data cover it.");
  await lookAt(page, "excursion-note", "Begin the investigation");
  const hash = createHash("sha256").update(REPORT).digest("hex");
  await signs(page, () => page.getByRole("button", { name: "Sign note" }).click(), [
    "Add to an investigation",
    "driver.pdf",
    hash.slice(0, 8),
  ]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Basel to Lugano: to release or reject");
});

test("a file that was changed on the site is found out by whoever saves it", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.goto(EXCURSION);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Check and save driver.pdf" }).click();
  expect(readFileSync(await (await download).path())).toEqual(REPORT);
  await expect(page.getByText("Saved: it is the file whose hash was signed")).toBeVisible();
  await inDatabase("UPDATE excursion_file SET bytes = bytes || '\\x00'::bytea WHERE shipment = $1", [SHIPMENT]);
  await page.reload();
  await page.getByRole("button", { name: "Check and save driver.pdf" }).click();
  await expect(page.getByText("Not saved: this is not the file whose hash was signed.")).toBeVisible();
  await inDatabase("UPDATE excursion_file SET bytes = $2 WHERE shipment = $1", [SHIPMENT, REPORT]);
});

test("nobody decides while it lasts, and the recipient not at all; the shipper's signature carries name and meaning", async ({
  browser,
}) => {
  const { page } = await personOf("shipper", browser);
  const { page: recipient } = await personOf("recipient", browser);
  await recipient.goto(EXCURSION);
  await expect(recipient.getByText(/answers for the goods/)).toBeVisible();
  await expect(recipient.getByRole("radio")).toHaveCount(0);

  await page.goto(EXCURSION);
  await expect(page.getByText(/It still lasts: a decision waits/)).toBeVisible();
  await sensor?.deliver(5_100);
  await expect(page.getByText(/It still lasts: a decision waits/)).toHaveCount(0);
  await page.getByRole("radio", { name: /^Release for use/ }).check();
  await expect(page.getByText("Your reason is left.")).toBeVisible();
  await page.getByLabel("Reason").fill("Within the stability data of the maker");
  await lookAt(page, "excursion-decide", "What your signature means:");
  const self = started().people.find(({ role }) => role === "shipper")?.name ?? "";
  const sign = page.getByRole("button", { name: "Sign and release" });
  await signs(page, () => sign.click(), [
    "Release or reject after an excursion",
    "released for use",
    self,
    "Within the stability data of the maker",
  ]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Basel to Lugano: released for use");
  const trail = page.getByRole("list", { name: "Steps, oldest first" });
  await expect(trail.getByText("“released for use”")).toBeVisible();
  await expect(trail.getByRole("link", { name: "Its transaction" })).toHaveCount(5);
  await lookAt(page, "excursion-released", "Audit trail");
  const [row] = await inDatabase<{ name: string; meaning: string }>(
    "SELECT name, meaning FROM excursion_step WHERE shipment = $1 AND kind = 'ExcursionDecided'",
    [SHIPMENT],
  );
  expect(row).toEqual({ name: self, meaning: "released for use" });
  await trail.getByRole("link", { name: "Its transaction" }).last().click();
  await expect(page.getByText(/meaning “released for use”/).first()).toBeVisible();
});

test("the list keeps what is open above what was decided, and the auditor signs nothing", async ({ browser }) => {
  const { page } = await personOf("auditor", browser);
  await page.goto("/excursions");
  await expect(
    page
      .getByRole("list", { name: /^Excursions that were released/ })
      .getByText("Basel to Lugano")
      .first(),
  ).toBeVisible();
  await lookAt(page, "excursions", "Released or rejected");
  const open = page.getByRole("list", { name: /^Open excursions/ }).getByRole("link", { name: / to / });
  if ((await open.count()) > 0) {
    await open.first().click();
    await expect(page.getByText("Audit trail")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Sign (ack|note|ass|the)/ })).toHaveCount(0);
  }
});

test("addresses that name no excursion, and files that are none, are refused", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  for (const path of [
    "/excursions/x",
    "/excursions/a~b~c~0",
    "/excursions/%E0%A4%A",
    `${EXCURSION}'--`,
    "/excursions/..%2F..%2Fetc~b~c~1",
  ]) {
    expect((await page.goto(path))?.status() ?? 404, path).toBeGreaterThanOrEqual(400);
  }
  const api = `/api${EXCURSION}/files`;
  const post = (path: string, data: Buffer) => page.request.post(path, { data }).then((response) => response.status());
  expect(await post(`${api}?name=x.pdf`, Buffer.from("<script>\0"))).toBe(415);
  expect(await post(`${api}?name=x.pdf`, Buffer.alloc(10_000_001, 0x20))).toBe(413);
  expect(await post("/api/excursions/nowhere~b~c~1/files?name=x.txt", Buffer.from("text"))).toBe(404);
  expect((await page.request.get(`${api}/${"0".repeat(64)}`)).status()).toBe(404);
  expect((await page.request.get(`${api}/..%2F..%2Fpasswd`)).status()).toBe(404);
  const stranger = await browser.newContext({ baseURL: started().origin });
  expect((await stranger.request.post(`${api}?name=x.txt`, { data: Buffer.from("text") })).status()).toBe(401);
  await stranger.close();
});
