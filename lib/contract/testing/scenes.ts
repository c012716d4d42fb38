/** Scenes for tests of refusals: states of a ledger, and calls that must be refused there. */
import { expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode, WintersealError } from "../../messages/errors";
import type { Statement } from "../../messages/statements";
import { type HeadRecord, keys } from "../state";
import { BOOT, Book, sensorIdentity, shipper, T0 } from "./book";

export const probe = sensorIdentity("probe-1");
export const utf8 = new TextEncoder();
export const reading = { tick: 0, temperature: 5000, humidity: null };
export const one = { kind: "readings" as const, readings: [reading], clock: null };
export const moment = { boot: BOOT, tick: 0 };
export const NO_HASH = "ab".repeat(32);

export const inspection = (more: Partial<Statement<"seal:Inspect">> = {}): Statement<"seal:Inspect"> => ({
  shipment: "trip-1",
  seal: "S-1",
  result: "intact",
  checks: { number: true, pull: true, twist: true, surface: true, shaft: true },
  sensors: [],
  photo: null,
  note: "",
  ...more,
});
export const sealing = (book: Book, on: Statement<"seal:Apply">["on"] = { container: "BOX-1" }) =>
  book.say("seal:Apply", { shipment: "trip-1", seal: "S-1", class: "H", on }, shipper);

/** A registered sensor on a shipment under way, one batch recorded. */
export async function underWay(): Promise<Book> {
  const book = new Book();
  await book.register("probe-1");
  await book.create("trip-1");
  await book.assign("trip-1", "probe-1", T0);
  await book.readings("probe-1", [[1000, 5000]]);
  await sealing(book);
  return book;
}

export async function decided(): Promise<Book> {
  const book = await underWay();
  await book.decide("trip-1", "rejected", [named(book)]);
  return book;
}

export function named(book: Book) {
  const { sequence, hash } = book.record<HeadRecord>(keys.head("probe-1")) ?? { sequence: 0, hash: "" };
  return { sensor: "probe-1", sequence, hash };
}
export const sendAs = (book: Book, creator = probe) => book.send(book.next("probe-1", one), moment, creator);

export type Refusal = (book: Book) => Promise<unknown>;
export interface Case {
  readonly given: () => Promise<Book>;
  readonly refused: readonly Refusal[];
}
export const bare = () => Promise.resolve(new Book());
export const given = (state: () => Promise<Book>, ...refused: Refusal[]): Case => ({ given: state, refused });

/** Declares the tests: every code of the section, each by every way into it. */
export function refusesAll(section: readonly ErrorCode[], cases: Partial<Record<ErrorCode, Case>>): void {
  it("with codes of which each has a case here", () => {
    expect(section.filter((code) => cases[code] === undefined)).toEqual([]);
  });

  const ways = section.flatMap((code) => (cases[code]?.refused ?? []).map((refused, index) => [code, index + 1, refused] as const));
  it.each(ways)("%s, way %i", async (code, _, refused) => {
    const book = await (cases[code]?.given ?? bare)();
    const refusal: unknown = await refused(book).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(WintersealError);
    expect(refusal).toMatchObject({ code });
  });
}

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
/** The contract's codes stand first in lib/messages/errors, in two sections. */
export const codesFrom = (first: ErrorCode, last: ErrorCode): ErrorCode[] => codes.slice(codes.indexOf(first), codes.indexOf(last) + 1);
