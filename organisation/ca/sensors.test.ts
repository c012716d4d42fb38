import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ApprovalOptions,
  approve,
  base64,
  CONTRACT,
  enrolTestPerson,
  foundOrganisation,
  newKeys,
  registration,
  type TestOrganisation,
  type TestPerson,
} from "../testing/organisation";
import { checkSensor, createRequest, issueSensor } from ".";
import { x509 } from "./x509";

const DAY_MS = 24 * 3_600_000;
const SETTINGS = { ...CONTRACT, graceDays: 14, confirm: async () => undefined };
const SENSOR = "ws-0461";

let authority: TestOrganisation;
let shipper: TestOrganisation;
let reto: TestPerson;
let keys: CryptoKeyPair;
let csr: string;

beforeAll(async () => {
  [authority, shipper] = await Promise.all([foundOrganisation("authority"), foundOrganisation("shipper")]);
  reto = await enrolTestPerson(authority, "reto", "authority");
  keys = await newKeys();
  csr = await createRequest(SENSOR, keys);
});
afterAll(() => Promise.all([authority.remove(), shipper.remove()]));

const refused = (code: string) => expect.objectContaining({ code });
const issue = async (approval: Uint8Array, request = csr, settings = SETTINGS) =>
  issueSensor(authority.ca, { csr: request, approval: base64(approval) }, settings);

/** Each refusal leaves the record as it was. */
async function expectRefused(approval: Uint8Array, code: string, request = csr): Promise<void> {
  const before = (await authority.ca.issued()).length;
  await expect(issue(approval, request)).rejects.toEqual(refused(code));
  expect(await authority.ca.issued()).toHaveLength(before);
}

describe("a sensor's identity", () => {
  it("carries the approved calibration and ends with it plus the grace", async () => {
    const statement = await registration(SENSOR, keys);
    const { certificate } = await issue(await approve(reto, statement));
    const parsed = new x509.X509Certificate(certificate);
    expect(parsed.subjectName.getField("CN")).toEqual([SENSOR]);
    const { attrs } = JSON.parse(new TextDecoder().decode(parsed.getExtension("1.2.3.4.5.6.7.8.1")?.value));
    expect(attrs).toEqual({
      "ws.role": "sensor",
      "ws.sensor": SENSOR,
      "ws.cal.number": "KL-2026-11873",
      "ws.cal.hash": "c0".repeat(32),
      "ws.cal.lab": "Messlabor Kander, Thun",
      "ws.cal.from": String(statement.calibration.from),
      "ws.cal.to": String(statement.calibration.to),
      "ws.cal.min": "-30000",
      "ws.cal.max": "50000",
      "ws.cal.unc": "200",
    });
    const end = statement.calibration.to + 14 * DAY_MS;
    expect(parsed.notAfter.getTime()).toBe(end - (end % 1000));
  });

  it("ends with the calibration itself when the grace is 0", async () => {
    const statement = await registration(SENSOR, keys);
    const { certificate } = await issue(await approve(reto, statement), csr, { ...SETTINGS, graceDays: 0 });
    const { to } = statement.calibration;
    expect(new x509.X509Certificate(certificate).notAfter.getTime()).toBe(to - (to % 1000));
  });

  it("is the same one when the same approval is sent again", async () => {
    const approval = await approve(reto, await registration(SENSOR, keys));
    const [first, second] = [await issue(approval), await issue(approval)];
    expect(second.certificate).toBe(first.certificate);
  });

  it("is the same one when the same approval comes in another wrapping", async () => {
    const approval = await approve(reto, await registration(SENSOR, keys));
    const first = await issue(approval);
    const before = (await authority.ca.issued()).length;
    // An empty field 15, which protos.SignedProposal does not have: the signed bytes are the same.
    const second = await issue(new Uint8Array([...approval, 0x7a, 0x00]));
    expect(second.certificate).toBe(first.certificate);
    expect(await authority.ca.issued()).toHaveLength(before);
  });

  it("does not come back by its old approval once it is revoked, however that is wrapped", async () => {
    const own = await newKeys();
    const request = await createRequest("ws-0999", own);
    const approval = await approve(reto, await registration("ws-0999", own));
    await issue(approval, request);
    await authority.ca.revoke("ws-0999", "stolen");
    await expectRefused(approval, "CERTIFICATE_REVOKED", request);
    await expectRefused(new Uint8Array([...approval, 0x7a, 0x00]), "CERTIFICATE_REVOKED", request);
  });

  it("is not issued for another key, nor again for another key under a used approval", async () => {
    const foreign = await createRequest(SENSOR, await newKeys());
    const approval = await approve(reto, await registration(SENSOR, keys));
    await expectRefused(approval, "KEY_MISMATCH", foreign);
    await issue(approval);
    await expectRefused(approval, "KEY_MISMATCH", foreign);
  });

  it("is not issued for another sensor's name", async () => {
    await expectRefused(await approve(reto, await registration(SENSOR, keys)), "WRONG_SENSOR", await createRequest("ws-0462", keys));
  });

  it("is not issued when the calibration and its grace are over", async () => {
    const statement = await registration(SENSOR, keys);
    const calibration = { ...statement.calibration, from: Date.now() - 400 * DAY_MS, to: Date.now() - 15 * DAY_MS };
    await expectRefused(await approve(reto, { ...statement, calibration }), "CALIBRATION_ENDED");
  });
});

describe("the check before anybody signs", () => {
  it("tells the end that the identity will have, and refuses what the issue would refuse", async () => {
    const { sensor, thumbprint, calibration } = await registration(SENSOR, keys);
    const asked = { csr, sensor, thumbprint, calibrationTo: calibration.to };
    const { ends } = await checkSensor(authority.ca, asked, SETTINGS);
    const { certificate } = await issue(await approve(reto, await registration(SENSOR, keys, calibration.to - 300 * DAY_MS)));
    expect(new x509.X509Certificate(certificate).notAfter.getTime()).toBe(ends - (ends % 1000));
    for (const [change, code] of [
      [{ sensor: "ws-0462" }, "WRONG_SENSOR"],
      [{ thumbprint: "00".repeat(32) }, "KEY_MISMATCH"],
      [{ calibrationTo: Date.now() - 15 * DAY_MS }, "CALIBRATION_ENDED"],
      [{ csr: "hello" }, "REQUEST_INVALID"],
    ] as const) {
      await expect(checkSensor(authority.ca, { ...asked, ...change }, SETTINGS)).rejects.toEqual(refused(code));
    }
  });
});

describe("an approval", () => {
  it("is refused from another organisation's person", async () => {
    const lena = await enrolTestPerson(shipper, "lena", "shipper");
    const statement = await registration(SENSOR, keys);
    await expectRefused(await approve(lena, statement, { mspId: "ShipperMSP" }), "APPROVAL_INVALID");
    await expectRefused(await approve(lena, statement, { mspId: "AuthorityMSP" }), "CERTIFICATE_UNTRUSTED");
  });

  it("is refused from an auditor, who changes nothing", async () => {
    const auditor = await enrolTestPerson(authority, "anna", "auditor");
    await expectRefused(await approve(auditor, await registration(SENSOR, keys)), "ACCESS_DENIED");
  });

  it("is refused from a revoked person", async () => {
    const leaver = await enrolTestPerson(authority, "leaver", "authority");
    await authority.ca.revoke("leaver@authority", "left");
    await expectRefused(await approve(leaver, await registration(SENSOR, keys)), "CERTIFICATE_REVOKED");
  });

  it("is refused from a person whose certificate has ended", async () => {
    const body = { csr, approval: base64(await approve(reto, await registration(SENSOR, keys))) };
    await expect(issueSensor(authority.ca, body, SETTINGS, Date.now() + 400 * DAY_MS)).rejects.toEqual(refused("IDENTITY_EXPIRED"));
  });

  it("is refused when any byte of it was changed", async () => {
    const approval = await approve(reto, await registration(SENSOR, keys));
    for (let at = 0; at < approval.length; at += 37) {
      const tampered = approval.slice();
      tampered[at] = (tampered[at] ?? 0) ^ 0x01;
      await expect(issue(tampered)).rejects.toMatchObject({ code: expect.stringMatching(/^(APPROVAL_INVALID|CERTIFICATE_UNTRUSTED)$/) });
    }
  });

  const foreign: [string, ApprovalOptions][] = [
    ["another channel", { channel: "elsewhere" }],
    ["another contract", { chaincode: "basic" }],
    ["another function", { function: "sensor:Revoke" }],
    ["no argument", { arguments: [] }],
    ["two arguments", { arguments: [new Uint8Array([0x7b, 0x7d]), new Uint8Array([1])] }],
    ["a statement that is none", { arguments: [new TextEncoder().encode("{}")] }],
    ["a proposal of two days ago", { timestamp: Date.now() - 2 * DAY_MS }],
    ["a proposal of tomorrow", { timestamp: Date.now() + DAY_MS }],
  ];
  it.each(foreign)("is refused for %s", async (_what, options) => {
    await expectRefused(await approve(reto, await registration(SENSOR, keys), options), "APPROVAL_INVALID");
  });

  it("is refused when the statement is not in canonical form", async () => {
    const text = JSON.stringify(await registration(SENSOR, keys), null, 1);
    await expectRefused(await approve(reto, {}, { arguments: [new TextEncoder().encode(text)] }), "APPROVAL_INVALID");
  });

  it("is refused when it is not a proposal at all", async () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([1, 2, 3]), crypto.getRandomValues(new Uint8Array(600))]) {
      await expectRefused(bytes, "APPROVAL_INVALID");
    }
  });
});
