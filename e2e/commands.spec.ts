/** An owner tells a demo sensor something on the sensor's page; what the sensor says about it appears there by itself. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { personOf, signs, started } from "./support";

test.describe.configure({ mode: "serial", timeout: 240_000 });

const SENSOR = "ws-0412";
const AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const shown = async () => {
  const response = await fetch(`${started().display}/${SENSOR}`, { headers: { accept: "application/json" } });
  return (await response.json()) as { interval: number; measuring: boolean; identifying: boolean };
};

test("the owner gives a command, which the sensor carries out and reports; the page shows it without a reload", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto(`/sensors/${SENSOR}`);
  const section = page.getByRole("region", { name: "Commands", exact: true });
  await section.getByRole("button", { name: "Identify" }).click();
  await section.getByLabel("Make itself seen for").fill("120");
  await signs(page, () => section.getByRole("button", { name: "Sign command" }).click(), ["Command a sensor", SENSOR, "120 seconds"]);
  await expect(section.getByText("Committed. The sensor’s own word follows below.")).toBeVisible({ timeout: 60_000 });
  await expect(section.getByText("Make itself seen for 2 min")).toBeVisible();
  await expect(section.getByText("Carried out")).toBeVisible({ timeout: 60_000 });
  expect((await shown()).identifying).toBe(true);
  await page.goto(`${started().display}/${SENSOR}`);
  await expect(page.getByText("Here I am")).toBeVisible();
});

test("an interval changes how often it measures", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto(`/sensors/${SENSOR}`);
  const section = page.getByRole("region", { name: "Commands", exact: true });
  await section.getByLabel("Measure every").fill("3");
  await signs(page, () => section.getByRole("button", { name: "Sign command" }).click(), ["measure every 3 seconds"]);
  await expect(section.getByText("Carried out")).toHaveCount(2, { timeout: 60_000 });
  expect(await shown()).toMatchObject({ interval: 3_000, measuring: true });
});

test("what the goods forbid is said beside the field, and nothing is signed", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto(`/sensors/${SENSOR}`);
  const section = page.getByRole("region", { name: "Commands", exact: true });
  await section.getByLabel("Measure every").fill("1801");
  await section.getByRole("button", { name: "Sign command" }).click();
  await expect(section.getByText("1 to 1800 seconds")).toBeVisible();
  await section.getByRole("button", { name: "Stop" }).click();
  await section.getByRole("button", { name: "Sign command" }).click();
  await expect(section.getByText("so it has to measure")).toBeVisible();
});

test("nobody but the owner is offered it", async ({ browser }) => {
  for (const role of ["authority", "auditor"] as const) {
    const { page } = await personOf(role, browser);
    await page.goto(`/sensors/${SENSOR}`);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(SENSOR);
    await expect(page.getByText("Carried out").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign command" })).toHaveCount(0);
  }
});

test("the form and the list are fit for everybody, at both widths, light and dark", async ({ browser }, info) => {
  const { page } = await personOf("shipper", browser);
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.goto(`/sensors/${SENSOR}`);
      const section = page.getByRole("region", { name: "Commands", exact: true });
      await expect(section.getByText("Carried out").first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).withTags(AA).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
      await section.screenshot({ path: info.outputPath(`commands-${width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
});
