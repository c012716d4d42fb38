/** First tasks of all four roles, on the product as `npm start` brings it up: every signature in the organisation's own signer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { ssccCheckDigit } from "../lib/domain/sscc";
import { createRequest } from "../organisation/ca";
import { x509 } from "../organisation/ca/x509";
import { HandSensor, personOf, signs, started } from "./support";
import { openTrip } from "./trip";

// One story: each test goes on where the one before stopped. Signing takes seconds on a busy machine, so time is generous.
test.describe.configure({ mode: "serial", timeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), "winterseal-e2e-sensor-"));
const sensorId = "e2e-0001";
const seal = "E2E 0000017";
let sensor: HandSensor | undefined;
let shipmentAddress = "";

test.afterAll(async () => {
  await sensor?.close();
  rmSync(folder, { recursive: true });
});

test("the authority registers a sensor, and its identity certificate comes back for its own key", async ({ browser }) => {
  const { page } = await personOf("authority", browser);
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  await page.goto("/sensors/register");
  await page.getByLabel("Request, PEM").fill(await createRequest(sensorId, keys));
  await expect(page.getByText(sensorId).first()).toBeVisible();
  await page
    .getByLabel("Calibration certificate’s file")
    .setInputFiles({ name: "certificate.pdf", mimeType: "application/pdf", buffer: Buffer.from("calibration of e2e-0001") });
  await page.getByLabel("Certificate number").fill("ACA-E2E-1");
  await page.getByLabel("Laboratory").fill("Aare Calibration Authority");
  await page.getByLabel("Calibrated on").fill("2026-01-15");
  await page.getByLabel("Valid until").fill("2027-09-15");
  await page.getByLabel("Range from").fill("-30");
  await page.getByLabel("to", { exact: true }).fill("50");
  await page.getByLabel("Expanded uncertainty").fill("0.3");
  await page.getByLabel("Model").fill("WS-400");
  await page.getByLabel("Owner").selectOption("ShipperMSP");
  await signs(page, () => page.getByRole("button", { name: "Sign and issue identity" }).click(), [
    "Register a sensor",
    sensorId,
    "ACA-E2E-1",
  ]);
  const certificate = page.getByLabel("Identity certificate, PEM");
  await expect(certificate).toBeVisible();
  const pem = ((await certificate.textContent()) || (await certificate.inputValue().catch(() => ""))) ?? "";
  const issued = new x509.X509Certificate(pem);
  expect(issued.subject).toContain(`CN=${sensorId}`);
  writeFileSync(join(folder, "cert.pem"), pem);
  writeFileSync(join(folder, "key.pem"), x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY"));
  sensor = await HandSensor.open(sensorId, folder);
  await sensor.deliver(4_900);
});

test("the shipper plans a shipment, assigns the sensor, seals and hands over", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto("/shipments/new");
  await page.getByLabel("Goods").fill("Measles vaccine, 400 doses");
  const digits = `3761234599${String(Date.now()).slice(-7)}`;
  await page.getByLabel("SSCC").fill(`${digits}${ssccCheckDigit(digits)}`);
  await page.getByLabel("From").fill("Basel");
  await page.getByLabel("To", { exact: true }).fill("Geneva");
  await page.getByLabel("Recipient").selectOption("RecipientMSP");
  await page.getByRole("checkbox", { name: sensorId }).check();
  await page.getByLabel(`Where ${sensorId} rides`).fill("top of pallet");
  await signs(page, () => page.getByRole("button", { name: "Sign and create" }).click(), ["Create a shipment", "Basel", "Geneva"]);
  await expect(page).toHaveURL(/\/shipments\/[a-z0-9-]+\/pack/);
  shipmentAddress = new URL(page.url()).pathname.replace(/\/pack.*/, "");
  await signs(page, () => page.getByRole("button", { name: "Sign assignment" }).click(), ["Assign a sensor", sensorId, "top of pallet"]);
  await expect(page.getByText("1 assigned")).toBeVisible();
  await page.getByLabel("Seal number").fill(seal);
  await page.getByLabel("Class, ISO 17712").selectOption("H");
  await page.getByLabel("On container").fill("BOX-17");
  await signs(page, () => page.getByRole("button", { name: "Sign seal" }).click(), ["Apply a seal", seal, "BOX-17"]);
  await expect(page.getByText("None applied")).toHaveCount(0);
  await page.getByText("To the recipient").click();
  await signs(page, () => page.getByRole("button", { name: "Sign handover" }).click(), ["Hand over"]);
  await expect(page.getByText("Not handed over")).toHaveCount(0);
  await page.goto(shipmentAddress);
  await expect(page.getByText("Kept cold?").first()).toBeVisible();
});

test("what a sensor measures stands on the shipper's open page without a reload", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  await page.goto(shipmentAddress);
  await expect(page.getByText("Kept cold?").first()).toBeVisible();
  await sensor?.deliver(5_100, 5_200, 5_333);
  await expect(page.getByText(/Yes, so far|Yes/).first()).toBeVisible();
  await expect(page.getByText("5.33").first()).toBeVisible();
});

test("a violation reaches the shipper's open page as it is committed", async ({ browser }) => {
  const { page } = await personOf("shipper", browser);
  const shipment = "e2e-warm-trip";
  const warm = await openTrip({ sensor: "e2e-warm", shipment, title: "Insulin" });
  try {
    await warm.deliver(5_000);
    await page.goto(`/shipments/${shipment}`);
    await expect(page.getByText("Kept cold?").first()).toBeVisible();
    await warm.deliver(9_100);
    await expect(page.getByText(/No, too warm/).first()).toBeVisible();
  } finally {
    await warm.close();
  }
});

test("the recipient inspects seal and sensors at the dock and accepts; the readings are vouched", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${shipmentAddress}/receive`);
  for (const name of [/The number reads/, /holds when pulled/, /locked when twisted/, /clamp marks/, /not cut and re-joined/]) {
    await page.getByRole("group", { name }).getByRole("radio").first().check();
  }
  await page
    .getByLabel(sensorId)
    .first()
    .fill(sensor?.display ?? "");
  await expect(page.getByText("the same as on the ledger")).toBeVisible();
  await signs(page, () => page.getByRole("button", { name: "Sign the inspection" }).last().click(), ["Inspect a seal", seal]);
  await expect(page.getByText("Inspection recorded")).toBeVisible();
  await page.getByRole("radio", { name: /^Accept/ }).check();
  await signs(page, () => page.getByRole("button", { name: "Sign and accept" }).last().click(), ["Accept or reject"]);
  await expect(page.getByText("This shipment is decided")).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(shipmentAddress);
  await expect(page.getByText(/vouched by the recipient/i).first()).toBeVisible();
});

test("the auditor reads all of the organisation's shipments and can change nothing", async ({ browser }) => {
  const { page } = await personOf("auditor", browser);
  await page.goto("/shipments");
  await expect(page.getByText("Measles vaccine, 400 doses").first()).toBeVisible();
  await page.goto(shipmentAddress);
  await expect(page.getByText(/vouched by the recipient/i).first()).toBeVisible();
  await page.goto("/shipments/new");
  await expect(page.getByRole("button", { name: "Sign and create" })).toHaveCount(0);
  await page.goto("/sensors/register");
  await expect(page.getByRole("button", { name: "Sign and issue identity" })).toHaveCount(0);
});

test("a sensor's own display shows what an inspector copies, and a stranger sees nothing", async ({ browser }) => {
  const { origin, display } = started();
  const shown = await fetch(`${display}/ws-0350`, { headers: { accept: "application/json" } });
  expect(await shown.json()).toMatchObject({ id: "ws-0350", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const context = await browser.newContext({ baseURL: origin });
  const page = await context.newPage();
  for (const path of ["/", "/shipments", shipmentAddress, "/sensors", "/ledger", "/excursions"]) {
    await page.goto(path);
    await expect(page).toHaveURL(/sign-in/);
  }
  for (const path of ["/api/live", `/api${shipmentAddress}/readings?from=1&to=2&columns=100`]) {
    expect((await page.request.get(path)).status()).toBe(401);
  }
  await context.close();
});

test("what does not exist, or is not one's to see, answers 404", async ({ browser }) => {
  const { page } = await personOf("recipient", browser);
  for (const path of ["/shipments/nowhere", "/sensors/nowhere", "/nowhere"]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
  }
});
