/** An administrator of the organisation invites somebody in the signer, who enrols by the link and signs in; a withdrawn code lets nobody in. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { pressLast } from "./press";
import { personOf, started } from "./support";

test.describe.configure({ mode: "serial", timeout: 180_000 });

const invited = () => {
  const person = started().people.find(({ role }) => role === "shipper");
  if (!person) throw new Error("nobody is shipper");
  return person;
};

let link = "";

async function look(page: Page, name: string): Promise<void> {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `test-results/invitations/${name}-${viewport.width}-${colorScheme}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect
        .soft(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
          `${name}, accessibility`,
        )
        .toEqual([]);
    }
  }
}

test("an administrator makes a code for a person, and is told beside the field what cannot be", async ({ browser }) => {
  const { context } = await personOf("shipper", browser);
  const page = await context.newPage();
  await page.goto(invited().signer);
  await page.getByRole("button", { name: "Invite people" }).click();
  await page.getByLabel(/^Name, as it will stand/).fill("Nora Keller");
  await page.getByLabel(/^Short name/).fill("Nora Keller");
  await page.getByRole("button", { name: "Sign and make the code" }).click();
  await expect(page.getByRole("alert").first()).toContainText("a letter or digit first");
  await expect(page.getByLabel(/^Name, as it will stand/)).toHaveValue("Nora Keller");
  await page.getByLabel(/^Short name/).fill("nora");
  await page.getByLabel("Role").selectOption("auditor");
  await page.getByRole("button", { name: "Sign and make the code" }).click();
  await expect(page.getByText("The code. It is shown this once.")).toBeVisible();
  link = (await page.getByText(/\/#code=/).textContent()) ?? "";
  await expect(page.getByRole("article", { name: "Nora Keller" })).toContainText("Open, good until");
  await look(page, "people");
  await page.close();
});

test("the link enrols that person in a browser of their own, as the administrator said, and works once", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: started().origin });
  const page = await context.newPage();
  await page.goto("/");
  const popup = page.waitForEvent("popup");
  await page.getByRole("button", { name: invited().organisation }).click();
  await (await popup).close();
  await page.goto(link);
  await expect(page.getByLabel("One-time code")).not.toHaveValue("");
  expect(new URL(page.url()).hash).toBe("");
  await page.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(page.getByText("Nora Keller")).toBeVisible();
  await expect(page.getByText("Auditor")).toBeVisible();
  await expect(page.getByRole("button", { name: "Invite people" })).toHaveCount(0);
  await page.goto("/sign-in");
  const again = page.waitForEvent("popup");
  await page.getByRole("button", { name: invited().organisation }).click();
  await pressLast(await again, "Sign in");
  await expect(page).not.toHaveURL(/sign-in/);
  await page.goto("/shipments/new");
  await expect(page.getByRole("button", { name: "Sign and create" })).toHaveCount(0);
  await page.goto("/settings");
  await expect(page.getByText("An auditor makes no tokens")).toBeVisible();
  await context.close();
  const thief = await browser.newContext();
  const second = await thief.newPage();
  await second.goto(link);
  await second.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(second.getByText(/has been used/)).toBeVisible();
  await thief.close();
});

test("a code that is withdrawn lets nobody in", async ({ browser }) => {
  const { context } = await personOf("shipper", browser);
  const page = await context.newPage();
  await page.goto(invited().signer);
  await page.getByRole("button", { name: "Invite people" }).click();
  await page.getByLabel(/^Name, as it will stand/).fill("Otto Frei");
  await page.getByLabel(/^Short name/).fill("otto");
  await page.getByRole("button", { name: "Sign and make the code" }).click();
  const withdrawn = (await page.getByText(/\/#code=/).textContent()) ?? "";
  const card = page.getByRole("article", { name: "Otto Frei" });
  await card.getByRole("button", { name: "Withdraw the code" }).click();
  await expect(card).toContainText("Withdrawn");
  await expect(page.getByRole("article", { name: "Nora Keller" })).toContainText("Used");
  await page.goto("about:blank");
  await page.goto(withdrawn);
  await page.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(page.getByText(/has expired/)).toBeVisible();
  await page.close();
});
