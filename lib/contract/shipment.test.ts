import { describe } from "vitest";
import type { ErrorCode } from "../messages/errors";
import { keys, type ShipmentRecord } from "./state";
import { authority, CALIBRATION, DAY, MINUTE, person, recipient, sensorIdentity, shipper, T0 } from "./testing/book";
import {
  acknowledge,
  assignTo,
  decide as decideExcursion,
  excursed,
  excursionOf,
  investigate,
  investigated,
  lasting,
  lena,
  nora,
} from "./testing/excursions";
import {
  bare,
  type Case,
  codesFrom,
  decided,
  given,
  inspection,
  NO_HASH,
  named,
  one,
  probe,
  refusesAll,
  sealing,
  underWay,
  utf8,
} from "./testing/scenes";

const CASES: Partial<Record<ErrorCode, Case>> = {
  ARGUMENT_INVALID: given(
    underWay,
    (book) => book.run("shipment:Create", [], shipper),
    (book) => book.run("shipment:Create", [utf8.encode("{}")], shipper),
    (book) => book.run("shipment:Create", [utf8.encode("not json")], shipper),
    (book) => book.run("shipment:Create", [utf8.encode('{"shipment": "trip-2"}')], shipper),
    (book) => book.create("trip-2", { title: "two\nlines" }),
    (book) => book.create("trip-2", { title: "nul\u0000" }),
    (book) => book.create("trip-2", { title: "\u202eturned" }),
    (book) => book.say("seal:Inspect", inspection({ note: "bell\u0007" }), recipient),
    (book) =>
      book.run("sensor:Revoke", [utf8.encode(`{"sensor":"probe-1","sensor":"probe-2","reason":"x","doubtfulSince":${T0}}`)], authority),
    (book) => book.run("batch:Record", [book.next("probe-1", one)], probe),
    (book) => book.run("attest:Read", [utf8.encode('{"kind":"sensor","sensor":"probe-1"}'), utf8.encode("short")], probe),
    (book) => book.run("attest:Read", [utf8.encode('{"kind":"sensor","more":1,"sensor":"probe-1"}'), utf8.encode(NO_HASH)], probe),
    (book) => book.run("attest:Read", [utf8.encode('{"kind":"everything"}'), utf8.encode(NO_HASH)], probe),
    (book) => book.create("trip-2", { sscc: "006141411234567891" }),
    (book) => book.create("trip-2", { sscc: "106141412345678908", recipient: "ShipperMSP" }),
    (book) => book.register("probe-2", { calibration: { ...CALIBRATION, to: CALIBRATION.from } }),
    (book) => book.register("probe-2", { calibration: { ...CALIBRATION, max: CALIBRATION.min } }),
    (book) => book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 }, shipper),
    (book) => book.say("seal:Inspect", inspection({ checks: { ...inspection().checks, number: false } }), recipient),
    (book) => {
      const seen = { ...named(book), thumbprint: probe.thumbprint };
      return book.say("seal:Inspect", inspection({ sensors: [seen, seen] }), recipient);
    },
    (book) =>
      excursed()
        .then((it) => acknowledge(it, lena, "  "))
        .then(() => book),
    (book) => book.create("trip-2", { sscc: "106141412345678908", lot: "Ω-1" }),
    (book) => book.decide("trip-1", "rejected", []),
    (book) => book.decide("trip-1", "rejected", [named(book), named(book)]),
    (book) => book.say("shipment:Decide", { shipment: "trip-1", decision: "rejected", reason: "", through: [named(book)] }, recipient),
  ),
  EXISTS: given(
    underWay,
    (book) => book.register("probe-1"),
    (book) => book.create("trip-1"),
    (book) => book.create("trip-2"),
    (book) => book.assign("trip-1", "probe-1"),
    (book) => sealing(book),
  ),
  SHIPMENT_UNKNOWN: given(
    underWay,
    (book) => book.assign("trip-9", "probe-1"),
    (book) => book.handover("trip-9", false),
    (book) => book.decide("trip-9", "rejected", []),
    (book) => book.say("seal:Inspect", inspection({ shipment: "trip-9" }), recipient),
  ),
  SHIPMENT_CLOSED: given(
    decided,
    (book) => book.handover("trip-1", true),
    (book) => book.assign("trip-1", "probe-1"),
    (book) => book.decide("trip-1", "accepted", [named(book)]),
    (book) => book.say("seal:Inspect", inspection(), recipient),
    (book) => book.say("seal:Apply", { shipment: "trip-1", seal: "S-2", class: "I", on: { container: "BOX-1" } }, shipper),
    (book) => book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + 1 }, shipper),
  ),
  SHIPMENT_NOT_ARRIVED: given(underWay, (book) => book.decide("trip-1", "accepted", [named(book)])),
  DECISION_STALE: given(
    async () => {
      const book = await underWay();
      book.now = T0 + MINUTE;
      await book.readings("probe-1", [[2000, 9000]]);
      return book;
    },
    (book) => {
      const { hash } = book.record<{ hash: string }>("batch~probe-1~0000000001") ?? { hash: "" };
      return book.decide("trip-1", "rejected", [{ sensor: "probe-1", sequence: 1, hash }]);
    },
  ),
  NOT_A_PARTY: given(
    underWay,
    async (book) => {
      const shipment = book.record<ShipmentRecord>(keys.shipment("trip-1"));
      book.state.set(keys.shipment("trip-1"), utf8.encode(JSON.stringify({ ...shipment, shipper: "OtherShipperMSP" })));
      await book.handover("trip-1", false);
    },
    (book) => book.say("seal:Apply", { shipment: "trip-1", seal: "S-2", class: "I", on: { container: "BOX-1" } }, authority),
    (book) =>
      book.say(
        "excursion:Acknowledge",
        { shipment: "trip-1", sensor: "probe-1", rule: "upper", number: 1, comment: "seen" },
        person("RhineShipperMSP", "shipper"),
      ),
  ),
  ASSIGNMENT_UNKNOWN: given(
    async () => {
      const book = await underWay();
      await book.register("probe-2");
      return book;
    },
    (book) => book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-2", end: T0 + DAY }, shipper),
    (book) => book.decide("trip-1", "rejected", [{ sensor: "probe-2", sequence: 0, hash: "" }]),
    (book) => {
      const on = { sensor: "probe-2", thumbprint: sensorIdentity("probe-2").thumbprint };
      return book.say("seal:Apply", { shipment: "trip-1", seal: "S-2", class: "I", on }, shipper);
    },
  ),
  ASSIGNMENT_ENDED: given(
    async () => {
      const book = await underWay();
      await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + DAY }, shipper);
      return book;
    },
    (book) => book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + 2 * DAY }, shipper),
  ),
  SENSOR_BUSY: given(
    async () => {
      const book = await underWay();
      await book.create("trip-2", { sscc: "106141412345678908" });
      return book;
    },
    (book) => book.assign("trip-2", "probe-1"),
    async (book) => {
      await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + DAY }, shipper);
      await book.assign("trip-2", "probe-1", T0 + DAY - 1);
    },
  ),
  SEAL_UNKNOWN: given(underWay, (book) => book.say("seal:Inspect", inspection({ seal: "S-9" }), recipient)),
  SEAL_INSPECTED: given(
    async () => {
      const book = await underWay();
      await book.say("seal:Inspect", inspection({ result: "broken" }), recipient);
      return book;
    },
    (book) => book.say("seal:Inspect", inspection(), recipient),
  ),
  PREFIX_UNKNOWN: given(
    underWay,
    (book) =>
      book.say(
        "seal:Inspect",
        inspection({ sensors: [{ sensor: "probe-1", thumbprint: probe.thumbprint, sequence: 1, hash: NO_HASH }] }),
        recipient,
      ),
    (book) => book.decide("trip-1", "rejected", [{ sensor: "probe-1", sequence: 1, hash: NO_HASH }]),
    (book) => book.decide("trip-1", "rejected", [{ sensor: "probe-1", sequence: 2, hash: NO_HASH }]),
  ),
  EXCURSION_UNKNOWN: given(
    underWay,
    (book) => acknowledge(book),
    (book) => assignTo(book),
    (book) => investigate(book),
    (book) => decideExcursion(book, "rejected"),
  ),
  EXCURSION_ORDER: given(
    excursed,
    (book) => assignTo(book),
    (book) => investigate(book),
    (book) => decideExcursion(book, "released for use"),
    (book) => acknowledge(book).then(() => acknowledge(book)),
    (book) => acknowledge(book).then(() => decideExcursion(book, "rejected")),
  ),
  EXCURSION_LASTS: given(
    async () => {
      const book = await lasting();
      await acknowledge(book);
      await investigate(book);
      return book;
    },
    (book) => decideExcursion(book, "released for use"),
    (book) => decideExcursion(book, "rejected"),
  ),
  EXCURSION_STALE: given(
    investigated,
    (book) => decideExcursion(book, "rejected", { through: { length: 2, head: NO_HASH } }),
    (book) => decideExcursion(book, "rejected", { through: { length: 3, head: NO_HASH } }),
    (book) => {
      const seen = excursionOf(book)?.log ?? { length: 1, head: NO_HASH };
      return investigate(book).then(() => decideExcursion(book, "rejected", { through: seen }));
    },
  ),
  SIGNER_DIFFERS: given(
    investigated,
    // Signed in as one person, signed with the key of another: neither way round, and not with a name of one's own choosing.
    (book) => decideExcursion(book, "rejected", { signer: { person: "nora@shipper", name: "Nora Keller" } }, lena),
    (book) => decideExcursion(book, "rejected", { signer: { person: "lena@shipper", name: "Lena Brunner" } }, nora),
    (book) => decideExcursion(book, "rejected", { signer: { person: "lena@shipper", name: "L. Brunner" } }, lena),
  ),
  PROFILE_UNKNOWN: given(bare, (book) => book.create("trip-1", { profile: "fridge-2-8/99" })),
};

describe("the contract refuses people", () => {
  refusesAll(codesFrom("ARGUMENT_INVALID", "PROFILE_UNKNOWN"), CASES);
});
