/** Sessions: one browser ends another's, and what stands open there goes within seconds. */
import { expect, test } from "@playwright/test";
import { pressLast } from "./press";
import { personOf, started } from "./support";

test.describe.configure({ mode: "serial", timeout: 180_000 });

test("a session that is ended elsewhere leaves its open page within seconds, and its cookie opens nothing", async ({ browser }) => {
  const { context, page } = await personOf("recipient", browser);
  // The second browser signs in with the same key: the cookie of the first is put away while it does.
  const first = await context.storageState();
  await context.clearCookies({ name: "winterseal.session_token" });
  await page.goto("/sign-in");
  const popup = page.waitForEvent("popup");
  const organisation = started().people.find(({ role }) => role === "recipient")?.organisation ?? "";
  await page.getByRole("button", { name: organisation }).click();
  const signer = await popup;
  await pressLast(signer, "Sign in");
  await expect(page).not.toHaveURL(/sign-in/);
  const lost = await browser.newContext({ baseURL: started().origin, storageState: first });
  try {
    const open = await lost.newPage();
    await open.goto("/shipments");
    await expect(open.getByRole("status").filter({ hasText: /^Live/, visible: true })).toBeVisible();
    await page.goto("/settings");
    const list = page.getByRole("list", { name: /^Sessions/ });
    await expect(list.getByRole("listitem")).toHaveCount(2);
    await expect(list.getByText("This browser")).toHaveCount(1);
    await list.getByRole("button", { name: /^End it now/ }).click();
    await expect(list.getByRole("listitem")).toHaveCount(1);
    await expect(open).toHaveURL(/\/sign-in\?to=%2Fshipments/, { timeout: 5_000 });
    for (const path of ["/api/live", "/api/shipments/basel-zurich/readings?from=1&to=2&columns=100"]) {
      expect((await open.request.get(path)).status(), path).toBe(401);
    }
  } finally {
    await lost.close();
  }
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});
