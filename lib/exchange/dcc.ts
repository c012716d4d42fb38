/**
 * PTB Digital Calibration Certificates, schema 3.1 to 3.3: what a certificate says, each fact with the element that says it. A preview for
 * people: nothing here is believed by the ledger, the authority's person signs what is taken over.
 */
import { WintersealError } from "../messages/errors";
import { type DccResults, readRange, readResults } from "./dcc-results";
import { hasType } from "./dcc-values";
import { below, find, type XmlElement } from "./xml";

/** A fact and the element it was read from (names below the root). */
export interface Traced<V> {
  readonly value: V;
  readonly path: string;
}

export interface DccFacts {
  readonly schemaVersion: string;
  readonly number: Traced<string>;
  readonly laboratory: Traced<string>;
  /** `yyyy-mm-dd` */
  readonly begun: Traced<string>;
  readonly ended: Traced<string>;
  readonly model: Traced<string> | null;
  readonly serial: Traced<string> | null;
  /** Calibrated things that the certificate names; the first is read. */
  readonly items: number;
  /** Calibrated range, milli-°C, rounded inwards. `stated` false: no range is stated, so it is that of the calibrated points. */
  readonly range: (Traced<{ readonly min: number; readonly max: number }> & { readonly stated: boolean; readonly written: string }) | null;
  /** The largest expanded uncertainty of all points, k = 2, thousandths of a kelvin. */
  readonly uncertainty: Traced<number> | null;
  readonly conformity: Traced<string> | null;
  /** Due date that the certificate itself names, and on whose word. */
  readonly due: (Traced<string> & { readonly by: string | null }) | null;
  readonly results: DccResults["rows"];
}

const DCC = "https://ptb.de/dcc";
const VERSION = /^3\.[123]\.\d{1,2}(-[\w.]{1,20})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}/;

/**
 * @param root of the certificate; of what its signature covers, where it is signed
 * @throws WintersealError FILE_TYPE when it is no such certificate, FILE_MALFORMED with the element's path when a fact is missing or no value
 */
export function readDcc(root: XmlElement): DccFacts {
  if (root.name !== "digitalCalibrationCertificate" || root.namespace !== DCC)
    throw new WintersealError("FILE_TYPE", "The file is XML but no digital calibration certificate (PTB DCC)");
  const schemaVersion = root.attributes.schemaVersion ?? "";
  if (!VERSION.test(schemaVersion))
    throw new WintersealError("FILE_TYPE", `Schema ${schemaVersion.slice(0, 20) || "not stated"}: versions 3.1 to 3.3 are read`, {
      path: "@schemaVersion",
    });
  const core = find(root, "administrativeData", "coreData");
  const items = find(root, "administrativeData", "items")?.children.filter(({ name }) => name === "item") ?? [];
  const results = readResults(root);
  return {
    schemaVersion,
    number: needed(find(core, "uniqueIdentifier"), "administrativeData/coreData/uniqueIdentifier"),
    laboratory: needed(
      worded(find(root, "administrativeData", "calibrationLaboratory", "contact", "name")),
      "administrativeData/calibrationLaboratory/contact/name/content",
    ),
    begun: day(find(core, "beginPerformanceDate"), "administrativeData/coreData/beginPerformanceDate"),
    ended: day(find(core, "endPerformanceDate"), "administrativeData/coreData/endPerformanceDate"),
    model: modelOf(items[0]),
    serial: serialOf(items[0]),
    items: items.length,
    range: readRange(root) ?? results.range,
    uncertainty: results.uncertainty,
    conformity: statementFact(root, "basic_conformity", "conformity"),
    due: dueOf(root),
    results: results.rows,
  };
}

const traced = ({ text, path }: XmlElement): Traced<string> => ({ value: text.replace(/\s+/g, " "), path });

function needed(element: XmlElement | undefined, path: string): Traced<string> {
  if (element && element.text !== "") return traced(element);
  throw new WintersealError("FILE_MALFORMED", "The certificate does not say it", { path });
}

function day(element: XmlElement | undefined, path: string): Traced<string> {
  const fact = needed(element, path);
  return { ...fact, value: dayOf(fact) };
}

/** `xs:date` may carry an offset; the day is what was written. */
function dayOf({ value, path }: Traced<string>): string {
  const text = DAY.exec(value)?.[0];
  if (text === undefined || new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) !== text)
    throw new WintersealError("FILE_MALFORMED", `“${value.slice(0, 40)}” is no date`, { path });
  return text;
}

/** The English wording where there is one, else the first. */
function worded(name: XmlElement | undefined): XmlElement | undefined {
  const contents = name?.children.filter((child) => child.name === "content") ?? [];
  return contents.find(({ attributes }) => attributes.lang === "en") ?? contents[0];
}

function modelOf(item: XmlElement | undefined): Traced<string> | null {
  const maker = worded(find(item, "manufacturer", "name"));
  const model = find(item, "model");
  if (!model || model.text === "") return null;
  return { value: [maker?.text, model.text].filter((it) => it !== undefined && it !== "").join(" "), path: model.path };
}

function serialOf(item: XmlElement | undefined): Traced<string> | null {
  const all = find(item, "identifications")?.children ?? [];
  const own = all.find((it) => find(it, "issuer")?.text === "manufacturer");
  const value = find(own, "value");
  return value && value.text !== "" ? traced(value) : null;
}

function statementOf(root: XmlElement, type: string): XmlElement | undefined {
  return find(root, "administrativeData", "statements")?.children.find((it) => it.name === "statement" && hasType(it, type));
}

function statementFact(root: XmlElement, type: string, name: string): Traced<string> | null {
  const found = find(statementOf(root, type), name);
  return found && found.text !== "" ? traced(found) : null;
}

function dueOf(root: XmlElement): DccFacts["due"] {
  const fact = statementFact(root, "basic_recalibration", "date");
  if (fact === null) return null;
  const by = worded(find(statementOf(root, "basic_recalibration"), "respAuthority", "name"))?.text;
  return { ...fact, value: dayOf(fact), by: by === undefined || by === "" ? null : by };
}

/** Signatures that the document holds, anywhere. */
export function signaturesOf(root: XmlElement): XmlElement[] {
  return [...below(root)].filter(({ name, namespace }) => name === "Signature" && namespace === "http://www.w3.org/2000/09/xmldsig#");
}
