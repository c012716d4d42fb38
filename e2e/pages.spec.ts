/** Every page as people meet it: at a desk and in the hand, light and dark, with everybody's rules of access and nothing said to the console. */
import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { personOf, type Role, started } from "./support";

const SIZES = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "390", viewport: { width: 390, height: 844 } },
] as const;
const SCHEMES = ["light", "dark"] as const;
const AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Visit {
  readonly name: string;
  readonly path: string;
  readonly role: Role;
  /** What stands on the page once it is all there. */
  readonly shows: string | RegExp;
}

const shipper = (name: string, path: string, shows: string | RegExp): Visit => ({ name, path, shows, role: "shipper" });

const VISITS: readonly Visit[] = [
  shipper("overview", "/", /Overview|needs? you|Nothing/),
  shipper("shipments", "/shipments", "Basel to Vienna"),
  shipper("shipment-lisbon", "/shipments/basel-lisbon", "Kept cold?"),
  shipper("shipment-vienna", "/shipments/basel-vienna", "Kept cold?"),
  shipper("shipment-porto", "/shipments/basel-porto", "Kept cold?"),
  shipper("shipment-zurich", "/shipments/basel-zurich", "Kept cold?"),
  shipper("readings", "/shipments/basel-zurich/readings", "ws-"),
  shipper("evidence", "/shipments/basel-zurich/evidence", "Have it attested and download"),
  shipper("verify", "/verify", "Whom you trust here"),
  shipper("plan", "/shipments/new", "Sign and create"),
  shipper("pack", "/shipments/basel-zurich/pack", "Seal"),
  shipper("sensors", "/sensors", "ws-0291"),
  shipper("sensor", "/sensors/ws-0291", "ws-0291"),
  shipper("logger-file", "/logger-files", "Run the rules"),
  shipper("share", "/shipments/basel-zurich/share", "Make the link"),
  shipper("settings", "/settings", "Make the token"),
  shipper("notifications", "/notifications", "is yours to choose"),
  shipper("excursions", "/excursions", "Excursions"),
  shipper("ledger", "/ledger", "Commit confirmation"),
  shipper("operations", "/operations", "The channel"),
  { name: "receive", path: "/shipments/basel-zurich/receive", role: "recipient", shows: "Basel" },
  { name: "register", path: "/sensors/register", role: "authority", shows: "Register" },
];

// A failure ends the run: a code works once, so a second browser could not sign in. Findings are soft, so that one run tells them all.
test.describe.configure({ mode: "serial", timeout: 600_000 });

/** What the browser complained about since the last time it was asked. */
class Complaints {
  #heard: string[] = [];

  constructor(page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.#heard.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#heard.push(String(error)));
  }

  taken(): string[] {
    return this.#heard.splice(0);
  }
}

const listening = new WeakMap<Page, Complaints>();

function complaintsOf(page: Page): Complaints {
  const known = listening.get(page) ?? new Complaints(page);
  listening.set(page, known);
  return known;
}

/** Nothing moves any more, fonts and chart are there. */
async function settled(page: Page, shows: Visit["shows"]): Promise<void> {
  await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
  await expect(page.getByRole("status", { name: /^Loading / })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** Structure is the same in both schemes, so only the contrast is asked twice. */
function axe(page: Page, scheme: (typeof SCHEMES)[number]): AxeBuilder {
  const builder = new AxeBuilder({ page });
  return scheme === "light" ? builder.withTags(AA) : builder.withRules("color-contrast");
}

async function look(page: Page, name: string, scheme: (typeof SCHEMES)[number]): Promise<void> {
  await page.screenshot({ path: `test-results/pages/${name}.png`, fullPage: true, animations: "disabled" });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(sideways, `${name} scrolls sideways, px`).toBeLessThanOrEqual(0);
  const { violations } = await axe(page, scheme).analyze();
  const findings = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
  expect.soft(findings, `${name}, accessibility`).toEqual([]);
}

/** Looks at a page in both sizes and both schemes: loaded anew for each size, so that the server's markup of each is held against the browser's. */
async function lookAtAll(page: Page, { name, path, shows }: Pick<Visit, "name" | "path" | "shows">): Promise<void> {
  const complaints = complaintsOf(page);
  complaints.taken();
  for (const size of SIZES) {
    await page.setViewportSize(size.viewport);
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(path);
    await settled(page, shows);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await look(page, `${name}-${size.name}-${colorScheme}`, colorScheme);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  expect.soft(complaints.taken(), `${name}, said to the console`).toEqual([]);
}

async function pageOf(role: Role, browser: Browser): Promise<Page> {
  return (await personOf(role, browser)).page;
}

test("every page serves everybody in both sizes, light and dark", async ({ browser }) => {
  for (const visit of VISITS) {
    await test.step(`${visit.path} as ${visit.role}`, async () => lookAtAll(await pageOf(visit.role, browser), visit));
  }
});

test("a transaction serves everybody in both sizes, light and dark", async ({ browser }) => {
  const page = await pageOf("shipper", browser);
  await page.setViewportSize(SIZES[0].viewport);
  await page.goto("/shipments/basel-vienna/readings");
  const link = page.locator("a[href^='/ledger/']").first();
  const path = await link.getAttribute("href");
  await lookAtAll(page, { name: "transaction", path: path ?? "", shows: "What it did" });
});

test("/verify serves people without an account in both sizes, light and dark", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) });
  await lookAtAll(await context.newPage(), { name: "verify-open", path: "/verify", shows: "Whom you trust here" });
  await context.close();
});

test("/sign-in serves everybody in both sizes, light and dark", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) });
  await lookAtAll(await context.newPage(), { name: "sign-in", path: "/sign-in", shows: "Sign in with your own key" });
  await context.close();
});

test("a lost stream says so, keeps what is shown and typed, and heals by itself", async ({ browser }) => {
  const { context, page } = await personOf("recipient", browser);
  await page.setViewportSize(SIZES[0].viewport);
  await page.goto("/shipments/basel-zurich/receive");
  const live = page.getByRole("status").filter({ hasText: /^(Live|Stream lost), block/, visible: true });
  await expect(live).toContainText("Live");
  const shown = page.getByLabel("ws-0350").first();
  await shown.fill("17 typed before");
  await context.setOffline(true);
  try {
    await expect(live).toContainText("Stream lost");
    await expect(page.getByText("Reconnecting by itself.")).toBeVisible();
    await expect(page.getByText("Kept cold?")).toBeVisible();
    await expect(shown).toHaveValue("17 typed before");
    await shown.fill("17 typed while it was lost");
  } finally {
    await context.setOffline(false);
  }
  await expect(live).toContainText("Live");
  await expect(page.getByText("Reconnecting by itself.")).toHaveCount(0);
  await expect(shown).toHaveValue("17 typed while it was lost");
});

/** Of the projection, as the server says. */
async function height(): Promise<number> {
  const health = await fetch(`${started().origin}/api/health`);
  return ((await health.json()) as { projection: { height: number } }).projection.height;
}

test("what was committed while the stream was lost stands on the page once it has healed", async ({ browser }) => {
  const { context, page } = await personOf("shipper", browser);
  await page.setViewportSize(SIZES[0].viewport);
  await page.goto("/ledger");
  const title = page.getByRole("heading", { level: 1 });
  await expect(title).toHaveText(/^In order through block/);
  await context.setOffline(true);
  let before = "";
  try {
    await expect(page.getByText("Reconnecting by itself.")).toBeVisible();
    before = (await title.textContent()) ?? "";
    // The demonstration's sensors go on; the ledger's height is asked where the network is not cut.
    const known = await height();
    await expect.poll(height, { timeout: 60_000 }).toBeGreaterThan(known);
    await expect(title).toHaveText(before);
  } finally {
    await context.setOffline(false);
  }
  await expect(title).not.toHaveText(before);
  await expect(title).toHaveText(/^In order through block/);
});
