/** A key that a passkey locks: it signs after its person was verified, and not otherwise. The authenticator is the browser's virtual one. */
import AxeBuilder from "@axe-core/playwright";
import { type CDPSession, expect, type Page, test } from "@playwright/test";
import type { openSigner } from "../components/signer/open";
import { isSignedBy } from "../lib/access/person";
import { formatChallenge } from "../lib/messages/signer";
import { makeWorld, type World } from "../organisation/testing/world";

declare global {
  interface Window {
    openSigner: typeof openSigner;
    answer: ReturnType<typeof openSigner>;
  }
}

let world: World;

test.beforeAll(async () => {
  world = await makeWorld("authority");
});
test.afterAll(() => world.end());

interface Authenticator {
  readonly cdp: CDPSession;
  readonly id: string;
}

async function plugIn(page: Page, hasPrf = true): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId: id } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf,
    },
  });
  return { cdp, id };
}

/** Asks for a sign-in from the website; the signer's window comes back, with what was asked. */
async function ask(page: Page): Promise<{ popup: Page; challenge: string }> {
  const challenge = formatChallenge({ origin: world.website, nonce: "5".repeat(64), expires: Date.now() + 120_000 });
  await page.goto(world.website);
  const opened = page.waitForEvent("popup");
  await page.evaluate(
    ([signer, text]) => {
      window.answer = window.openSigner(signer, { kind: "sign-in", challenge: text });
    },
    [world.signer, challenge] as const,
  );
  return { popup: await opened, challenge };
}

async function enrolLocked(popup: Page, login: string): Promise<void> {
  await popup.getByLabel("One-time code").fill(await world.code(login, "Reto Amsler", "authority"));
  await popup.getByLabel(/^Lock the key with a passkey/).check();
  await popup.getByRole("button", { name: "Enrol this browser" }).click();
}

const press = (popup: Page): Promise<void> =>
  popup.getByRole("button", { name: "Sign in", exact: true }).evaluate((element) => {
    setTimeout(() => (element as HTMLButtonElement).click(), 700);
  });

test("a locked key signs once its person was verified, and nothing of it lies open in the browser", async ({ page }) => {
  const { popup, challenge } = await ask(page);
  await plugIn(popup);
  await expect(popup.getByLabel(/^Lock the key with a passkey/)).toBeVisible();
  expect((await new AxeBuilder({ page: popup }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await enrolLocked(popup, "reto");
  await expect(popup.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
  const stored = await popup.evaluate(
    () =>
      new Promise<{ hasKey: boolean; isLocked: boolean }>((resolve, reject) => {
        const opening = indexedDB.open("winterseal-signer");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("identities").objectStore("identities").getAll();
          all.onsuccess = () =>
            resolve({ hasKey: all.result[0]?.key !== undefined, isLocked: all.result[0]?.lock?.wrapped instanceof ArrayBuffer });
        };
      }),
  );
  expect(stored).toEqual({ hasKey: false, isLocked: true });
  await press(popup);
  const answer = await page.evaluate(() => window.answer);
  if (answer.outcome !== "signed-in") throw new Error(`${answer.outcome} ${JSON.stringify(answer)}`);
  expect(isSignedBy(answer.certificate, challenge, Buffer.from(answer.signature, "base64"))).toBe(true);
});

test("a locked key does not sign for somebody whom the authenticator does not know", async ({ page }) => {
  const { popup } = await ask(page);
  const { cdp, id } = await plugIn(popup);
  await enrolLocked(popup, "rita");
  await expect(popup.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
  await press(popup);
  expect(await page.evaluate(() => window.answer)).toMatchObject({ outcome: "not-sent", code: "KEY_LOCKED" });
});

test("a passkey that cannot lock a key enrols nobody, and the code stays good", async ({ page }) => {
  const { popup } = await ask(page);
  await plugIn(popup, false);
  const code = await world.code("rosa", "Rosa Amsler", "authority");
  await popup.getByLabel("One-time code").fill(code);
  await popup.getByLabel(/^Lock the key with a passkey/).check();
  await popup.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(popup.getByText("This passkey cannot lock a key")).toBeVisible();
  await popup.getByLabel(/^Lock the key with a passkey/).uncheck();
  await popup.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(popup.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
});
