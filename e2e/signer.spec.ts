/** The signer in a real browser, opened by a real other origin. The ledger behind it is the relay of organisation/testing. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import type { openSigner } from "../components/signer/open";
import { isSignedBy } from "../lib/access/person";
import { formatChallenge, type SignerRequest } from "../lib/messages/signer";
import { createRequest } from "../organisation/ca";
import { newKeys, registration } from "../organisation/testing/organisation";
import { makeWorld, type World } from "../organisation/testing/world";
import { pressLast } from "./press";

declare global {
  interface Window {
    openSigner: typeof openSigner;
    answer: ReturnType<typeof openSigner>;
  }
}

const YEAR_MS = 366 * 24 * 3_600_000;
let world: World;

test.beforeAll(async () => {
  world = await makeWorld("authority");
});
test.afterAll(() => world.end());
test.beforeEach(() => {
  world.relay = "well";
});

/** Asks from a website's page as a click would; the popup and the answer come back. */
async function ask(
  page: Page,
  request: SignerRequest,
  website = world.website,
): Promise<{ popup: Page; answer: () => ReturnType<typeof openSigner> }> {
  await page.goto(website);
  const opened = page.waitForEvent("popup");
  await page.evaluate(
    ([signer, asked]) => {
      window.answer = window.openSigner(signer, asked);
    },
    [world.signer, request] as const,
  );
  return { popup: await opened, answer: () => page.evaluate(() => window.answer) };
}

async function enrol(popup: Page, login = "reto", name = "Reto Amsler", role: "authority" | "auditor" = "authority"): Promise<void> {
  await popup.getByLabel("One-time code").fill(await world.code(login, name, role));
  await popup.getByRole("button", { name: "Enrol this browser" }).click();
}

/** In a browser that has been asked before, the person is enrolled already. */
async function enrolWhereAsked(popup: Page): Promise<void> {
  await popup.getByRole("heading").first().waitFor();
  if (await popup.getByLabel("One-time code").isVisible()) await enrol(popup);
}

async function registerRequest(sensor = "ws-0461"): Promise<Extract<SignerRequest, { kind: "transact" }>> {
  const keys = await newKeys();
  return {
    kind: "transact",
    function: "sensor:Register",
    statement: { ...(await registration(sensor, keys)) },
    csr: await createRequest(sensor, keys),
  };
}

const challengeAt = (origin: string, expires = Date.now() + 60_000): SignerRequest => ({
  kind: "sign-in",
  challenge: formatChallenge({ origin, nonce: "ab".repeat(32), expires }),
});

test("a person enrols, reads what is signed, agrees, and the sensor gets its identity @hand", async ({ page }) => {
  const request = await registerRequest();
  const { popup, answer } = await ask(page, request);
  await enrol(popup);
  await expect(popup.getByRole("heading", { name: "Register a sensor?" })).toBeVisible();
  for (const text of ["ws-0461", "Polarlog T2", "KL-2026-11873", "Messlabor Kander, Thun", "−30 °C to 50 °C", "±0.2 °C (k = 2)"]) {
    await expect(popup.getByText(text, { exact: true })).toBeVisible();
  }
  await popup.getByRole("button", { name: "Sign and send" }).click();
  expect(await answer()).toMatchObject({
    outcome: "sent",
    block: 42,
    identity: { certificate: expect.stringContaining("BEGIN CERTIFICATE"), root: expect.stringContaining("BEGIN CERTIFICATE") },
  });
  expect(world.committed.at(-1)).toEqual({ function: "sensor:Register", statement: request.statement });
  await popup.waitForEvent("close");
});

test("a sign-in is signed once the person agrees, over exactly the website's challenge", async ({ page }) => {
  const request = challengeAt(world.website);
  const { popup, answer } = await ask(page, request);
  await enrol(popup);
  await pressLast(popup, "Sign in");
  const signed = await answer();
  if (signed.outcome !== "signed-in" || request.kind !== "sign-in") throw new Error(`not signed in: ${JSON.stringify(signed)}`);
  const signature = Buffer.from(signed.signature, "base64");
  expect(isSignedBy(signed.certificate, request.challenge, signature)).toBe(true);
  expect(isSignedBy(signed.certificate, `${request.challenge} `, signature)).toBe(false);
});

test("nothing is signed when the person cancels or closes the window", async ({ page }) => {
  const first = await ask(page, challengeAt(world.website));
  await enrol(first.popup);
  await pressLast(first.popup, "Cancel");
  expect(await first.answer()).toMatchObject({ outcome: "not-sent", code: "SIGNER_DECLINED" });
  const second = await ask(page, challengeAt(world.website));
  await expect(second.popup.getByRole("button", { name: "Sign in" })).toBeVisible();
  await second.popup.close();
  expect(await second.answer()).toMatchObject({ outcome: "not-sent", code: "SIGNER_CLOSED" });
});

test("another origin's page is refused before anything is shown", async ({ page }) => {
  const { popup, answer } = await ask(page, await registerRequest(), world.stranger);
  await expect(popup.getByRole("heading", { name: "The signer cannot run" })).toBeVisible();
  await expect(popup.getByText("ORIGIN_FOREIGN")).toBeVisible();
  await expect(popup.getByText("Register a sensor?")).toHaveCount(0);
  await popup.close();
  expect(await answer()).toMatchObject({ outcome: "not-sent", code: "SIGNER_CLOSED" });
});

test("a challenge for another website, or an old one, is refused", async ({ page }) => {
  for (const request of [challengeAt(world.stranger), challengeAt(world.website, Date.now() - 1)]) {
    const { popup, answer } = await ask(page, request);
    await enrolWhereAsked(popup);
    expect(await answer()).toMatchObject({ outcome: "not-sent", code: "CHALLENGE_INVALID" });
    await popup.close();
  }
});

test("the signer does not run in a frame", async ({ page }) => {
  await page.goto(world.website);
  const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
  await page.evaluate((signer) => {
    const frame = document.createElement("iframe");
    frame.src = signer;
    document.body.append(frame);
  }, world.signer);
  await refused;
  const frame = page.frames().find((each) => each !== page.mainFrame());
  expect(frame?.url()).not.toContain(world.signer);
});

test("a statement that is not its function's is refused, and so is one for which no identity could be issued", async ({ page }) => {
  const good = await registerRequest();
  const foreign = await createRequest("ws-0461", await newKeys());
  const { calibration } = await registration("ws-0461", await newKeys());
  const ended = { ...calibration, from: calibration.from - YEAR_MS, to: calibration.to - YEAR_MS };
  for (const [request, code] of [
    [{ ...good, statement: { ...good.statement, model: "" } }, "ARGUMENT_INVALID"],
    [{ ...good, statement: { ...good.statement, extra: 1 } }, "ARGUMENT_INVALID"],
    [{ ...good, csr: foreign }, "KEY_MISMATCH"],
    [{ ...good, statement: { ...good.statement, sensor: "ws-0462" } }, "WRONG_SENSOR"],
    [{ ...good, statement: { ...good.statement, calibration: ended } }, "CALIBRATION_ENDED"],
  ] as const) {
    const { popup, answer } = await ask(page, request);
    await enrolWhereAsked(popup);
    expect(await answer()).toMatchObject({ outcome: "not-sent", code });
    await popup.close();
  }
});

test("an auditor cannot agree to what auditors may not do", async ({ page }) => {
  const { popup } = await ask(page, await registerRequest());
  await enrol(popup, "anna", "Anna Keller", "auditor");
  await expect(popup.getByText("Anna Keller may not do this")).toBeVisible();
  await expect(popup.getByRole("button", { name: "Sign and send" })).toBeDisabled();
});

test("a refusal of the ledger reaches the website with its code, and nothing was sent", async ({ page }) => {
  world.relay = "refuses";
  const { popup, answer } = await ask(page, await registerRequest());
  await enrol(popup);
  await popup.getByRole("button", { name: "Sign and send" }).click();
  expect(await answer()).toMatchObject({ outcome: "not-sent", code: "SENSOR_BUSY" });
  await expect(popup.getByText("SENSOR_BUSY")).toBeVisible();
});

test("an endorsed result of another function is not signed", async ({ page }) => {
  world.relay = "lies";
  const before = world.committed.length;
  const { popup, answer } = await ask(page, await registerRequest());
  await enrol(popup);
  await popup.getByRole("button", { name: "Sign and send" }).click();
  expect(await answer()).toMatchObject({ outcome: "not-sent", code: "ENDORSED_RESULT" });
  expect(world.committed).toHaveLength(before);
});

test("a transaction whose fate is unknown says unknown, with its id", async ({ page }) => {
  world.relay = "silent-after-sending";
  const { popup, answer } = await ask(page, await registerRequest());
  await enrol(popup);
  await popup.getByRole("button", { name: "Sign and send" }).click();
  expect(await answer()).toMatchObject({
    outcome: "unknown",
    code: "COMMIT_UNKNOWN",
    transactionId: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await expect(popup.getByRole("heading", { name: /not settled yet/ })).toBeVisible();
});

test("a wrong code stays in the field with its reason beside it", async ({ page }) => {
  await page.goto(world.signer);
  await page.getByLabel("One-time code").fill("0000-0000-0000");
  await page.getByRole("button", { name: "Enrol this browser" }).click();
  await expect(page.getByRole("alert")).toContainText("not known here");
  await expect(page.getByLabel("One-time code")).toHaveValue("0000-0000-0000");
});

test("its pages have no accessibility findings, light and dark", async ({ page }) => {
  const { popup } = await ask(page, await registerRequest());
  await popup.getByLabel("One-time code").waitFor();
  const check = async (where: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await popup.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page: popup }).analyze();
      expect(violations.map(({ id, nodes }) => `${where}, ${colorScheme}: ${id} ${nodes[0]?.html}`)).toEqual([]);
    }
  };
  await check("enrolment");
  await enrol(popup);
  await expect(popup.getByRole("button", { name: "Sign and send" })).toBeEnabled();
  await check("consent");
});

test("the key cannot leave the browser, and the page loads nothing from elsewhere", async ({ page }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(world.signer)) foreign.push(request.url());
  });
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.text().includes("Content Security Policy")) problems.push(message.text());
  });
  await page.goto(world.signer);
  await enrol(page);
  await expect(page.getByRole("heading", { name: "This browser can sign" })).toBeVisible();
  const exported = await page.evaluate(async () => {
    const opened = indexedDB.open("winterseal-signer");
    await new Promise((resolve) => opened.addEventListener("success", resolve));
    const all = opened.result.transaction("identities").objectStore("identities").getAll();
    await new Promise((resolve) => all.addEventListener("success", resolve));
    const [identity] = all.result;
    return crypto.subtle.exportKey("pkcs8", identity.key).then(
      () => "exported",
      () => "refused",
    );
  });
  expect(exported).toBe("refused");
  expect(foreign).toEqual([]);
  expect(problems).toEqual([]);
});
