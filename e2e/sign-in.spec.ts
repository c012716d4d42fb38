/** Signing in and out on the product as `npm start` brings it up. */
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { CertificateAuthority, createCode } from "../organisation/ca";
import { pressLast } from "./press";

const data = process.env.WINTERSEAL_E2E_DATA;
test.skip(data === undefined, "runs on the suite's own stack: its codes come from the organisations' folders");

const ORGANISATION = /Rheinhafen Pharma/;

async function newCode(login: string, name: string): Promise<string> {
  const { dir, profile } = await CertificateAuthority.open(join(data ?? "", "organisations", "shipper"));
  return createCode(dir, profile, { login, name, role: "shipper" }, 3_600_000);
}

async function openSigner(page: Page): Promise<Page> {
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: ORGANISATION }).click();
  return opened;
}

async function enrol(popup: Page, login: string, name: string): Promise<void> {
  await popup.getByLabel("One-time code").fill(await newCode(login, name));
  await popup.getByRole("button", { name: "Enrol this browser" }).click();
}

test("a page that needs a person sends one to sign in, and back to where one was going @hand", async ({ page, context }) => {
  await page.goto("/shipments?state=arrived");
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  const popup = await openSigner(page);
  await enrol(popup, "e2e-lena", "Lena of the Tests");
  await pressLast(popup, "Sign in");
  await expect(page).toHaveURL(/\/shipments/);
  const cookie = (await context.cookies()).find(({ name }) => name.includes("session_token"));
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  await page
    .getByRole("button", { name: /Lena of the Tests/ })
    .filter({ visible: true })
    .click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/shipments");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("cancelling says so and signs nobody in; the next try works without a new code", async ({ page, context }) => {
  await page.goto("/sign-in");
  const first = await openSigner(page);
  await enrol(first, "e2e-mara", "Mara of the Tests");
  await pressLast(first, "Cancel");
  await expect(page.getByRole("status").filter({ hasText: "You cancelled" })).toBeVisible();
  expect((await context.cookies()).some(({ name }) => name.includes("session_token"))).toBe(false);
  const second = await openSigner(page);
  await pressLast(second, "Sign in");
  await expect(page).not.toHaveURL(/sign-in/);
});

test("a link cannot send a person on to another website", async ({ page }) => {
  for (const to of ["//evil.example", "/\\evil.example", "https://evil.example"]) {
    await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
    const popup = await openSigner(page);
    await popup.getByRole("heading").first().waitFor();
    if (await popup.getByLabel("One-time code").isVisible()) await enrol(popup, "e2e-nora", "Nora of the Tests");
    await pressLast(popup, "Sign in");
    await expect(page).not.toHaveURL(/sign-in/);
    expect(new URL(page.url()).hostname).not.toContain("evil");
    await page.context().clearCookies();
  }
});

test("of the sign-in library only the four addresses in use are served", async ({ request }) => {
  for (const path of ["update-user", "sign-up/email", "sign-in/email", "delete-user", "change-email", "error"]) {
    expect((await request.post(`/api/auth/${path}`, { data: {} })).status(), path).toBe(404);
  }
  expect((await request.get("/api/auth/get-session")).status()).toBe(200);
});

test("the sign-in page has no accessibility findings, light and dark", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto("/sign-in");
    await page.getByRole("heading", { name: "Sign in with your own key" }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
  }
});
