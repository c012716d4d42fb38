/** What a person chose to be told reaches them: in the app without a reload, by a real mail server, by a signed webhook. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type Hook, type MailBox, openHook, openMailBox } from "../lib/notify/testing/world";
import { hookPort, mailPort } from "./global-setup";
import { personOf } from "./support";
import { openTrip } from "./trip";

test.describe.configure({ mode: "serial", timeout: 240_000 });

let box: MailBox;
let hook: Hook;

test.beforeAll(async () => {
  [box, hook] = await Promise.all([openMailBox(mailPort), openHook(hookPort)]);
});
test.afterAll(async () => {
  await Promise.all([box.close(), hook.close()]);
});

const textOf = (mail: { readonly text: string } | undefined): string => mail?.text.replace(/=\r?\n/g, "") ?? "";

async function look(page: Page, name: string): Promise<void> {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `test-results/notifications/${name}-${viewport.width}-${colorScheme}.png`, fullPage: true });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect.soft(sideways, `${name} scrolls sideways, px`).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect
        .soft(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
          `${name}, accessibility`,
        )
        .toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

test("an address counts once the code that was sent there is told", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/settings");
  await page.getByLabel("Address", { exact: true }).fill("not an address");
  await page.getByRole("button", { name: "Send a code there" }).click();
  await expect(page.getByText("An e-mail address, for instance")).toBeVisible();
  await expect(page.getByLabel("Address", { exact: true })).toHaveValue("not an address");
  await page.getByLabel("Address", { exact: true }).fill("lena@mail.example");
  await page.getByRole("button", { name: "Send a code there" }).click();
  await expect(page.getByText("sent to lena@mail.example")).toBeVisible();
  const code = /^(\d{6})\r?$/m.exec(textOf(box.mails[0]))?.[1] ?? "";
  await page.getByLabel("Code", { exact: true }).fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("That is not the code that was sent")).toBeVisible();
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Sent to lena@mail.example")).toBeVisible();
});

test("a webhook goes to no private address but those that the site was told of, and its secret is shown once", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/settings");
  const address = page.getByLabel("Webhook’s address");
  for (const refused of ["https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://example.com/"]) {
    await address.fill(refused);
    await page.getByRole("button", { name: "Make it and its secret" }).click();
    await expect(page.getByText(/The address is a private one|must begin with https/)).toBeVisible();
    await expect(address).toHaveValue(refused);
  }
  await address.fill(`http://127.0.0.1:${hookPort}/in`);
  await page.getByRole("button", { name: "Make it and its secret" }).click();
  await expect(page.getByText("The webhook’s secret.")).toBeVisible();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await page.reload();
  await expect(page.getByText(`Goes to http://127.0.0.1:${hookPort}/in`)).toBeVisible();
  await expect(page.getByText(/whsec_/)).toHaveCount(0);
});

test("what was chosen is kept, and quiet hours of a whole day are refused beside their field", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/settings");
  await page.getByLabel("E-mail: Violation found").selectOption("At once");
  await page.getByLabel("E-mail: Shipment arrived").selectOption("In the digest");
  await page.getByRole("group", { name: "Violation found" }).getByLabel("Webhook").check();
  await page.getByLabel(/^Quiet hours/).check();
  await page.getByLabel("Quiet from").fill("06:00");
  await page.getByLabel("Quiet until").fill("05:00");
  await page.getByRole("button", { name: "Save notifications" }).click();
  await expect(page.getByText("Quiet hours last at most 16 hours")).toBeVisible();
  await page.getByLabel("Quiet from").fill("21:00");
  await page.getByRole("button", { name: "Save notifications" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("E-mail: Violation found")).toHaveValue("now");
  await expect(page.getByLabel("E-mail: Shipment arrived")).toHaveValue("digest");
  await expect(page.getByLabel("Quiet from")).toHaveValue("21:00");
  await look(page, "settings");
});

test("a violation is told at once in the app, by e-mail and by webhook", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/ledger");
  const sensor = await openTrip({ sensor: "e2e-told", shipment: "e2e-told-trip", title: "Insulin for Bern" });
  try {
    await sensor.deliver(5_000);
    await sensor.deliver(9_100);
  } finally {
    await sensor.close();
  }
  const bell = page.getByRole("link", { name: /^Notifications, \d+ new/, includeHidden: false });
  await expect(bell).toBeVisible({ timeout: 20_000 });
  await expect.poll(() => textOf(box.mails.at(-1)), { timeout: 30_000 }).toContain("Subject: Violation on Insulin for Bern, Basel to Bern");
  expect(textOf(box.mails.at(-1))).toContain("/shipments/e2e-told-trip");
  await expect.poll(() => hook.calls.length, { timeout: 30_000 }).toBe(1);
  expect(JSON.parse(hook.calls[0]?.body ?? "{}")).toMatchObject({ kind: "violation", shipment: "e2e-told-trip", sensor: "e2e-told" });
  await bell.click();
  await expect(page.getByRole("link", { name: "Violation on Insulin for Bern, Basel to Bern" })).toBeVisible();
  await look(page, "inbox");
  await page.getByRole("link", { name: "Violation on Insulin for Bern" }).click();
  await expect(page).toHaveURL(/\/shipments\/e2e-told-trip$/);
  await page.goto("/notifications");
  await page.getByRole("button", { name: "Mark all read" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Nothing new." })).toBeVisible();
  await expect(page.getByRole("link", { name: "Notifications, nothing new" })).toBeVisible();
});

test("settings are one person’s own", async ({ browser }) => {
  const { page } = await personOf("authority", browser);
  await page.goto("/notifications");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await page.goto("/settings");
  await expect(page.getByText("lena@mail.example")).toHaveCount(0);
  await expect(page.getByText(`127.0.0.1:${hookPort}`)).toHaveCount(0);
});
