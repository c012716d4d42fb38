import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { WintersealError } from "../messages/errors";
import { readDccFile } from "./dcc-file";
import { XML_LIMITS } from "./limits";
import { certificateXml, signXml } from "./testing/dcc";

const bytes = (text: string) => new TextEncoder().encode(text);
const shared = (name: string) => fileURLToPath(new URL(`../../../shared/data/dcc/${name}`, import.meta.url));
const codeOf = (file: Uint8Array) => {
  try {
    readDccFile(file);
  } catch (error) {
    if (error instanceof WintersealError) return `${error.code} ${error.facts.path ?? error.facts.line ?? ""}`.trim();
    throw error;
  }
  return "read";
};

describe("a digital calibration certificate", () => {
  it("says each fact with the element that it was read from", () => {
    const { facts, signature, hash } = readDccFile(bytes(certificateXml()));
    expect(signature).toEqual({ state: "none" });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(facts).toMatchObject({
      schemaVersion: "3.3.0",
      number: { value: "KL-2026-11873", path: "administrativeData/coreData/uniqueIdentifier" },
      laboratory: { value: "Messlabor Kander", path: "administrativeData/calibrationLaboratory/contact/name/content[2]" },
      begun: { value: "2026-11-06" },
      ended: { value: "2026-11-09", path: "administrativeData/coreData/endPerformanceDate" },
      model: { value: "Polarlog T2" },
      serial: { value: "0461", path: "administrativeData/items/item/identifications/identification[2]/value" },
      items: 1,
      range: { value: { min: -30_000, max: 50_000 }, stated: true, written: "243.15 to 323.15 K in the file" },
      conformity: { value: "pass" },
      due: { value: "2027-11-09", by: "Rheinhafen Pharma", path: "administrativeData/statements/statement[3]/date" },
    });
  });
  it("brings every way of stating uncertainty to k = 2 and keeps the largest, rounded up", () => {
    const stated = (uncertainty: string) => readDccFile(bytes(certificateXml({ uncertainty }))).facts.uncertainty?.value;
    const list = (value: string, k: string) =>
      `<si:expandedUncXMLList><si:uncertaintyXMLList>${value}</si:uncertaintyXMLList><si:coverageFactorXMLList>${k}</si:coverageFactorXMLList></si:expandedUncXMLList>`;
    expect(stated(list("0.061", "2"))).toBe(61);
    expect(stated(list("0.18 0.22 0.2", "2"))).toBe(220);
    expect(stated(list("0.3", "3"))).toBe(200);
    expect(stated(list("0.0611", "2"))).toBe(62);
    expect(
      stated(
        "<si:measurementUncertaintyUnivariateXMLList><si:expandedMUXMLList><si:valueExpandedMUXMLList>0.1</si:valueExpandedMUXMLList><si:coverageFactorXMLList>2</si:coverageFactorXMLList></si:expandedMUXMLList></si:measurementUncertaintyUnivariateXMLList>",
      ),
    ).toBe(100);
    expect(
      stated(
        "<si:measurementUncertaintyUnivariateXMLList><si:standardMUXMLList><si:valueStandardMUXMLList>0.1</si:valueStandardMUXMLList></si:standardMUXMLList></si:measurementUncertaintyUnivariateXMLList>",
      ),
    ).toBe(200);
    expect(stated("")).toBeUndefined();
  });
  it("takes the range of the calibrated points where none is stated, and says so; no due date is made up", () => {
    const { facts } = readDccFile(bytes(certificateXml({ statements: "" })));
    expect(facts.range).toMatchObject({ value: { min: 2_010, max: 24_980 }, stated: false });
    expect(facts.due).toBeNull();
    expect(facts.results).toEqual([
      { reference: 2_010, shown: 2_000, error: -10, uncertainty: 180 },
      { reference: 24_980, shown: 25_100, error: 120, uncertainty: 180 },
    ]);
  });
  it.each([
    ["FILE_TYPE", "<a/>"],
    ["FILE_TYPE @schemaVersion", certificateXml({ version: "2.4.0" })],
    ["FILE_TYPE @schemaVersion", certificateXml({ version: "4.0.0" })],
    ["FILE_MALFORMED administrativeData/coreData/uniqueIdentifier", certificateXml({ number: "" })],
    ["FILE_MALFORMED administrativeData/coreData/endPerformanceDate", certificateXml({ ended: "2026-02-30" })],
    ["FILE_MALFORMED 1", ""],
    ["FILE_MALFORMED 1", "no xml"],
    ["FILE_MALFORMED 1", "<a><b></a>"],
    ["FILE_MALFORMED 1", "<a>&unknown;</a>"],
    ["FILE_MALFORMED", '<?xml version="1.0" encoding="UTF-16"?><a/>'],
  ])("%s for what it cannot be", (code, text) => expect(codeOf(bytes(text))).toBe(code));
  it("is refused when truncated anywhere", () => {
    const whole = certificateXml();
    for (let part = 1; part < 20; part++)
      expect(codeOf(bytes(whole.slice(0, Math.floor((whole.length * part) / 20))))).toMatch(/^FILE_MALFORMED/);
  });
  it("is refused in another encoding", () => {
    expect(codeOf(new Uint8Array([0xff, 0xfe, 0x3c, 0x00, 0x61, 0x00]))).toBe("FILE_MALFORMED");
  });
});

describe("hostile XML", () => {
  it.each([
    ["a document type", `<!DOCTYPE a>${certificateXml()}`],
    ["entities that grow", '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'],
    ["a file of the server", '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'],
    ["depth", "<a>".repeat(XML_LIMITS.depth + 1)],
    ["a crowd of elements", `<a>${"<b/>".repeat(XML_LIMITS.elements)}</a>`],
  ])("%s is refused", (_what, text) => expect(codeOf(bytes(text))).toBe("FILE_HOSTILE"));
  it("size is refused before anything is read", () => {
    expect(codeOf(new Uint8Array(XML_LIMITS.bytes + 1))).toBe("FILE_TOO_LARGE");
  });
});

describe("a signed certificate", () => {
  it("names who signed, and is read from what the signature covers", async () => {
    const { signature, facts } = readDccFile(bytes(await signXml(certificateXml())));
    expect(signature).toMatchObject({ state: "valid", signer: "Messlabor Kander" });
    expect(facts.number.value).toBe("KL-2026-11873");
  });
  it("is invalid with one figure changed", async () => {
    const signed = await signXml(certificateXml());
    expect(readDccFile(bytes(signed.replace("KL-2026-11873", "KL-2026-11874"))).signature.state).toBe("invalid");
  });
  it("is invalid when the signature covers a part of the file only", async () => {
    const signed = await signXml(certificateXml(), { part: true });
    expect(readDccFile(bytes(signed)).signature.state).toBe("invalid");
  });
  it("is not checked when the digest is a broken one", async () => {
    const signed = await signXml(certificateXml(), { digest: "http://www.w3.org/2000/09/xmldsig#sha1" });
    expect(readDccFile(bytes(signed)).signature.state).toBe("unchecked");
  });
});

describe.skipIf(!existsSync(shared("dcc_gp_temperature_typical_v12.xml")))("PTB's own good-practice certificates", () => {
  it("typical: range in kelvin, results, and the customer's recalibration date", () => {
    const { facts, signature } = readDccFile(readFileSync(shared("dcc_gp_temperature_typical_v12.xml")));
    expect(signature.state).toBe("none");
    expect(facts).toMatchObject({
      schemaVersion: "3.1.1",
      number: { value: "GP_DCC_temperature_typical_1.2" },
      laboratory: { value: "Kalibrierfirma GmbH" },
      ended: { value: "1957-08-13" },
      serial: { value: "string-manufacturer-item" },
      range: { value: { min: 32_850, max: 319_850 }, written: "306 to 593 K in the file" },
      uncertainty: { value: 61 },
      due: { value: "1959-10-22", by: "Kunde GmbH" },
    });
    expect(facts.results[0]).toEqual({ reference: 33_098, shown: 33_170, error: 72, uncertainty: 61 });
    expect(facts.results).toHaveLength(5);
  });
  it("simplified: the same quantities", () => {
    const { facts } = readDccFile(readFileSync(shared("dcc_gp_temperature_simplified_v12.xml")));
    expect(facts.results.length).toBeGreaterThan(0);
    expect(facts.uncertainty?.value).toBeGreaterThan(0);
  });
});
