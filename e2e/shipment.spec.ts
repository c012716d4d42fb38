/** One shipment's page on the product as `npm start` brings it up: verdicts before charts, a chart that is moved through by keyboard and pointer. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { personOf } from "./support";

const WARM = "/shipments/basel-vienna";
const chartOf = (page: Page) => page.getByRole("application", { name: "Chart of the trip" });
const spoken = (page: Page) => page.locator("p.sr[aria-live=polite]").last();

test("answers both questions in words before any chart", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.goto(WARM);
  const kept = page.getByRole("region", { name: "Kept cold?" });
  await expect(kept).toContainText(/No, too warm for \d/);
  await expect(kept).toContainText("Upper bound: ");
  await expect(page.getByRole("region", { name: "Trustworthy?" })).toContainText("Yes, attested by the sensors");
  await expect(chartOf(page)).toBeVisible();
  await expect(page.getByRole("list", { name: "What the readings stand on" })).toContainText("none missing");
});

test("is moved through by keyboard, speaks each step, and leads to the transaction", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.goto(WARM);
  await chartOf(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(spoken(page)).toContainText("°C");
  const first = await spoken(page).textContent();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(spoken(page)).not.toHaveText(first ?? "");
  await page.keyboard.press("+");
  await expect(page.getByRole("button", { name: "Whole trip" })).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/ledger\/[0-9a-f]{64}/);
});

test("zooms by drawing a stretch and goes back to the whole trip", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.goto(WARM);
  const box = await chartOf(page).boundingBox();
  if (!box) throw new Error("the chart has no box");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 120);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 130, { steps: 5 });
  await page.mouse.up();
  const whole = page.getByRole("button", { name: "Whole trip" });
  await expect(whole).toHaveAttribute("aria-pressed", "false");
  await whole.click();
  await expect(whole).toHaveAttribute("aria-pressed", "true");
});

test("every reading of the table leads to its transaction", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.goto(`${WARM}/readings`);
  await page.getByRole("row").nth(1).getByRole("link").click();
  await expect(page).toHaveURL(/\/ledger\/[0-9a-f]{64}/);
});

test("does not exist for who may not see it, nor for nobody", async ({ browser, request }) => {
  const { page } = await personOf("recipient", browser);
  expect((await page.goto("/shipments/no-such-one"))?.status()).toBe(404);
  expect((await request.get("/api/shipments/basel-vienna/readings?from=1&to=2&columns=400")).status()).toBe(401);
});

for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test(`has no accessibility finding at ${width} px, ${scheme}`, async ({ browser }) => {
      test.setTimeout(180_000);
      const { page } = await personOf("recipient", browser);
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      for (const path of [WARM, `${WARM}/receive`, `${WARM}/readings`]) {
        await page.goto(path);
        if (path === WARM) await expect(chartOf(page)).toBeVisible();
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect((await new AxeBuilder({ page }).analyze()).violations.map((it) => `${path}: ${it.id}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, `${path} scrolls sideways`).toBe(0);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: null });
    });
  }
}
