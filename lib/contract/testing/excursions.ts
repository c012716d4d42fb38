/** An excursion for tests: a shipment with one violation that is over, and every step of its life as a person would sign it. */
import type { ExcursionId } from "../../domain/excursion";
import { ATTRIBUTES } from "../../messages/names";
import type { Statement } from "../../messages/statements";
import { type ExcursionRecord, keys } from "../state";
import type { Identity, Outcome } from "../types";
import { type Book, MINUTE, person, recipient, T0 } from "./book";
import { underWay } from "./scenes";

const named = (commonName: string, name: string) => ({ commonName, attributes: { [ATTRIBUTES.role]: "shipper", [ATTRIBUTES.name]: name } });
/** People of the shipper, as its authority certified them. */
export const lena = person("ShipperMSP", "shipper", named("lena@shipper", "Lena Brunner"));
export const nora = person("ShipperMSP", "shipper", named("nora@shipper", "Nora Keller"));

export const EXCURSION: ExcursionId = { shipment: "trip-1", sensor: "probe-1", rule: "upper", number: 1 };

export const excursionOf = (book: Book, id: ExcursionId = EXCURSION): ExcursionRecord | undefined =>
  book.record<ExcursionRecord>(keys.excursion(id.shipment, id.sensor, id.rule, id.number));

export const acknowledge = (book: Book, by: Identity = lena, comment = "seen"): Promise<Outcome> =>
  book.say("excursion:Acknowledge", { ...EXCURSION, comment }, by);

export const assignTo = (book: Book, person = "lena@shipper", organisation = "ShipperMSP", by: Identity = lena): Promise<Outcome> =>
  book.say("excursion:Assign", { ...EXCURSION, organisation, person }, by);

export const investigate = (book: Book, more: Partial<Statement<"excursion:Investigate">> = {}, by: Identity = lena): Promise<Outcome> =>
  book.say("excursion:Investigate", { ...EXCURSION, note: "The door stood open", attachments: [], ...more }, by);

/** With what the decider sees now, unless told otherwise. */
export function decide(
  book: Book,
  meaning: Statement<"excursion:Decide">["meaning"],
  more: Partial<Statement<"excursion:Decide">> = {},
  by: Identity = lena,
): Promise<Outcome> {
  const through = excursionOf(book)?.log ?? { length: 1, head: "00".repeat(32) };
  const signer = { person: by.commonName, name: by.attributes[ATTRIBUTES.name] ?? "" };
  return book.say("excursion:Decide", { ...EXCURSION, meaning, reason: "Within the stability data", signer, through, ...more }, by);
}

/** Out of range for twenty minutes, then back. */
export async function excursed(): Promise<Book> {
  const book = await lasting();
  book.now = T0 + 30 * MINUTE;
  await book.readings("probe-1", [[1000 + 30 * MINUTE, 5000]]);
  return book;
}

/** Out of range, and not back yet. */
export async function lasting(): Promise<Book> {
  const book = await underWay();
  book.now = T0 + 20 * MINUTE;
  await book.readings("probe-1", [
    [1000 + 10 * MINUTE, 9000],
    [1000 + 20 * MINUTE, 8500],
  ]);
  return book;
}

export async function investigated(): Promise<Book> {
  const book = await excursed();
  await acknowledge(book, recipient);
  await investigate(book);
  return book;
}
