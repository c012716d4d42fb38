import { createHash } from "node:crypto";
import type { BatchFacts, CalibrationStanding, Facts, GapFact, ReadingFact } from "../../contract/facts";
import type { AssignmentRecord, SealRecord, SensorRecord, ShipmentRecord, ViolationRecord } from "../../contract/state";
import { openDatabase } from "../../store/db";
import { applyFacts } from "../apply/apply";
import { newContext } from "../apply/context";
import { moveCheckpoint } from "../checkpoint";
import { Rows } from "../rows/rows";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const hex = (text: string): string => createHash("sha256").update(text).digest("hex");

interface Actor {
  readonly name: string;
  readonly role: string;
  readonly organisation: string;
}
const LENA: Actor = { name: "lena@shipper", role: "shipper", organisation: "ShipperMSP" };
const RETO: Actor = { name: "reto@recipient", role: "recipient", organisation: "RecipientMSP" };
const ANNA: Actor = { name: "anna@authority", role: "authority", organisation: "AuthorityMSP" };
const device = (sensor: string): Actor => ({ name: sensor, role: "sensor", organisation: "AuthorityMSP" });

/** One transaction per block, as a quiet ledger would cut them. */
class Story {
  readonly rows = new Rows();
  #block = 2;

  transact(actor: Actor, at: number, call: string, facts: (id: string) => Facts): void {
    const block = this.#block++;
    const id = hex(`transaction ${block}`);
    const thumbprint = hex(`key of ${actor.name}`);
    const { organisation } = actor;
    this.rows.block.push({
      number: block,
      header_hash: Buffer.from(hex(`block ${block}`), "hex"),
      previous_hash: Buffer.from(hex(`block ${block - 1}`), "hex"),
      commit_hash: Buffer.from(hex(`commit ${block}`), "hex"),
      transactions: 1,
      sources: ["ShipperMSP", "RecipientMSP"],
    });
    this.rows.transaction.push({
      id,
      block,
      position: 0,
      validation_code: 0,
      timestamp: at,
      creator_msp: organisation,
      creator_name: actor.name,
      creator_role: actor.role,
      thumbprint,
      function: call,
      endorsers: ["ShipperMSP", "RecipientMSP"],
    });
    applyFacts(
      newContext({ rows: this.rows, id, block, position: 0, at, actor: actor.name, organisation, thumbprint, before: () => undefined }),
      facts(id),
    );
  }

  get height(): number {
    return this.#block;
  }
}

interface SensorPlan {
  readonly id: string;
  readonly model: string;
  readonly calibratedFrom: number;
  readonly calibratedTo: number;
  readonly humid: boolean;
}

class Sensor {
  #sequence = 0;
  #hash = "0".repeat(64);
  record: SensorRecord;

  constructor(
    readonly plan: SensorPlan,
    readonly story: Story,
  ) {
    const { id, model, calibratedFrom, calibratedTo } = plan;
    this.record = {
      sensor: id,
      model,
      owner: "ShipperMSP",
      authority: "AuthorityMSP",
      thumbprint: hex(`key of ${id}`),
      calibration: {
        number: `AC-2026-${String(id.length * 137).padStart(4, "0")}`,
        hash: hex(`calibration of ${id}`),
        laboratory: "Aare Calibration Laboratory",
        from: calibratedFrom,
        to: calibratedTo,
        min: -40_000,
        max: 60_000,
        uncertainty: 120,
      },
      status: "active",
      statusReason: "",
      doubtfulSince: null,
      calibrations: [],
      assignments: [],
    };
    story.transact(ANNA, calibratedFrom + DAY, "sensor:Register", () => ({ type: "SensorRegistered", sensor: this.record }));
  }

  get head(): { readonly sequence: number; readonly hash: string } {
    return { sequence: this.#sequence, hash: this.#hash };
  }

  send(
    readings: readonly ReadingFact[],
    at: number,
    found: { violations?: (id: string) => ViolationRecord[]; gaps?: GapFact[] } = {},
  ): void {
    const previous = this.#hash;
    const sequence = ++this.#sequence;
    this.#hash = hex(`${this.plan.id} ${sequence} ${JSON.stringify(readings)}`);
    const facts = (id: string): BatchFacts => ({
      type: "BatchRecorded",
      sensor: this.plan.id,
      thumbprint: this.record.thumbprint,
      sequence,
      hash: this.#hash,
      previous,
      kind: "readings",
      boot: hex(this.plan.id).slice(0, 16),
      calibrationNumber: this.record.calibration.number,
      readings: readings.map((reading, index) => ({ ...reading, index })),
      violations: found.violations?.(id) ?? [],
      gaps: found.gaps ?? [],
      after: null,
      shipments: [],
    });
    this.story.transact(device(this.plan.id), at, "batch:Record", facts);
  }
}

interface TripPlan {
  readonly id: string;
  readonly sscc: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly start: number;
  readonly hours: number;
  readonly sensors: readonly { readonly sensor: Sensor; readonly place: string }[];
  /** milli-°C at a time since the start, without noise */
  readonly curve: (since: number, index: number) => number;
  /** Stretch without readings, since the start. */
  readonly silent?: readonly [from: number, to: number];
}

const STEP = 5 * MINUTE;
const UPPER = 8_000;

/** Plays one shipment until its last reading; receipt is told by the caller. */
class Trip {
  #record: ShipmentRecord;

  constructor(
    readonly plan: TripPlan,
    readonly story: Story,
  ) {
    const { id, sscc, title, origin, destination, start } = plan;
    const log = { length: 1, head: hex(id) };
    const fields = {
      shipment: id,
      sscc,
      title,
      origin,
      destination,
      recipient: "RecipientMSP",
      profile: "fridge-2-8/1",
      incomplete: [],
      found: {},
    };
    this.#record = { ...fields, shipper: "ShipperMSP", status: "planned", assignments: [], seals: [], log };
    story.transact(LENA, start - 3 * HOUR, "shipment:Create", () => ({ type: "ShipmentCreated", shipment: this.#record }));
    for (const { sensor, place } of plan.sensors) {
      const assignment: AssignmentRecord = { sensor: sensor.plan.id, place, start, end: null, assigned: start - 2 * HOUR, ended: null };
      const shipment = this.#advance({ assignments: [...this.#record.assignments, assignment] });
      story.transact(LENA, start - 2 * HOUR, "shipment:Assign", () => ({ type: "SensorAssigned", shipment, assignment }));
    }
    this.#seal();
    this.#handover("Cold store", "Lorry", origin, start, false);
    this.#ride();
  }

  get id(): string {
    return this.plan.id;
  }

  #advance(change: Partial<ShipmentRecord>): ShipmentRecord {
    const { length, head } = this.#record.log;
    this.#record = { ...this.#record, ...change, log: { length: length + 1, head: hex(`${head} ${length}`) } };
    return this.#record;
  }

  get seal(): SealRecord {
    const { id, start } = this.plan;
    const seal = `WS-${hex(id).slice(0, 6).toUpperCase()}`;
    const on = { container: "BOX-17" };
    return { shipment: id, seal, class: "H", on, applied: start - HOUR, by: LENA.name, standing: "applied", inspections: 0 };
  }

  #seal(): void {
    const shipment = this.#advance({ seals: [this.seal.seal] });
    this.story.transact(LENA, this.plan.start - HOUR, "seal:Apply", () => ({ type: "SealApplied", shipment, seal: this.seal }));
  }

  #handover(giver: string, taker: string, place: string, at: number, arrival: boolean): void {
    const shipment = this.#advance({ status: arrival ? "arrived" : "under-way" });
    const handover = { shipment: this.id, giver, taker, place, arrival };
    this.story.transact(LENA, at, "shipment:Handover", () => ({ type: "HandedOver", shipment, handover }));
  }

  arrive(at: number): void {
    this.#handover("Lorry", "Pharmacy dock", this.plan.destination, at, true);
  }

  inspectAndAccept(at: number): void {
    const sensors = this.plan.sensors.map(({ sensor }) => ({
      sensor: sensor.plan.id,
      thumbprint: sensor.record.thumbprint,
      ...sensor.head,
    }));
    const seal: SealRecord = { ...this.seal, standing: "intact", inspections: 1 };
    const checks = { number: true, pull: true, twist: true, surface: true, shaft: true };
    const statement = { shipment: this.id, seal: seal.seal, result: "intact" as const, checks, sensors, photo: null, note: "" };
    const inspected = this.#advance({});
    this.story.transact(RETO, at, "seal:Inspect", (transaction) => ({
      type: "SealInspected",
      shipment: inspected,
      seal,
      gaps: [],
      inspection: {
        ...statement,
        number: 1,
        recorded: sensors.map(({ sensor }) => sensor),
        at,
        by: RETO.name,
        organisation: "RecipientMSP",
        transaction,
      },
    }));
    const shipment = this.#advance({ status: "accepted" });
    const through = sensors.map(({ sensor, sequence, hash }) => ({ sensor, sequence, hash }));
    const decision = { shipment: this.id, decision: "accepted" as const, reason: "", through };
    this.story.transact(RETO, at + 10 * MINUTE, "shipment:Decide", () => ({ type: "Decided", shipment, decision, gaps: [] }));
  }

  #ride(): void {
    for (const [index, { sensor }] of this.plan.sensors.entries()) this.#rideOne(sensor, index);
  }

  #rideOne(sensor: Sensor, index: number): void {
    const { start, hours, silent } = this.plan;
    let violation: Omit<ViolationRecord, "transaction"> | null = null;
    let transaction = "";
    for (let hour = 0; hour < hours; hour++) {
      const times = Array.from({ length: HOUR / STEP }, (_, step) => hour * HOUR + step * STEP);
      const heard = times.filter((since) => !silent || since < silent[0] || since >= silent[1]);
      const readings = heard.map((since) => this.#reading(sensor, index, since));
      const before: Omit<ViolationRecord, "transaction"> | null = violation;
      violation = this.#judge(sensor, readings, before);
      const changed = violation ?? (before && { ...before, to: readings[0]?.at ?? null });
      const gap = silent && heard.some((since) => since === silent[1]) ? [this.#gap(sensor, silent)] : [];
      const violations = (id: string): ViolationRecord[] => {
        if (!before) transaction = id;
        return changed ? [{ ...changed, transaction }] : [];
      };
      if (readings.length > 0) sensor.send(readings, start + (hour + 1) * HOUR, { violations, gaps: gap });
    }
  }

  #gap(sensor: Sensor, silent: readonly [number, number]): GapFact {
    return {
      shipment: this.id,
      sensor: sensor.plan.id,
      from: this.plan.start + silent[0] - STEP,
      to: this.plan.start + silent[1],
      open: false,
    };
  }

  #reading(sensor: Sensor, index: number, since: number): ReadingFact {
    const at = this.plan.start + since;
    const noise = (Number.parseInt(hex(`${sensor.plan.id} ${at}`).slice(0, 6), 16) % 240) - 120;
    const calibration: CalibrationStanding = at > sensor.plan.calibratedTo ? "after" : "calibrated";
    const temperature = Math.round(this.plan.curve(since, index) + noise);
    const humidity = sensor.plan.humid ? 480 + Math.round(noise / 4) + Math.round(40 * Math.sin(since / (5 * HOUR))) : null;
    return {
      index: 0,
      at,
      standing: "anchored",
      temperature,
      humidity,
      calibration,
      calibrationNumber: sensor.record.calibration.number,
      shipment: this.id,
    };
  }

  #judge(
    sensor: Sensor,
    readings: readonly ReadingFact[],
    open: Omit<ViolationRecord, "transaction"> | null,
  ): Omit<ViolationRecord, "transaction"> | null {
    const warm = readings.filter(({ temperature }) => temperature >= UPPER);
    const first = warm[0];
    if (!first) return null;
    const peak = Math.max(open?.peak ?? UPPER, ...warm.map(({ temperature }) => temperature));
    const began = { shipment: this.id, sensor: sensor.plan.id, rule: "upper", number: 1, severity: "critical" as const };
    const from = open?.from ?? first.at;
    return { ...began, from, found: from, to: null, readings: (open?.readings ?? 0) + warm.length, peak };
  }
}

/** A small believable story, told as of `now`: kept cold and accepted, too warm on the way, calibration ended on the way, arrived and waiting. */
function tell(story: Story, now: number): void {
  const sensor = (id: string, humid: boolean, calibratedTo = now + 200 * DAY): Sensor =>
    new Sensor({ id, model: "Sentinel T1", humid, calibratedFrom: calibratedTo - 365 * DAY, calibratedTo }, story);
  const calm = (since: number, index: number): number => 4_600 + 300 * index + 500 * Math.sin(since / (4 * HOUR));
  const trip = (id: string, plan: Omit<TripPlan, "id">): Trip => new Trip({ id, ...plan }, story);

  const kept = trip("vaccine-basel-chur", {
    sscc: "106141411234567897",
    title: "Influenza vaccine, 2,400 doses",
    origin: "Basel",
    destination: "Chur",
    start: now - 9 * DAY,
    hours: 46,
    sensors: [
      { sensor: sensor("top-17", true), place: "Top of pallet" },
      { sensor: sensor("core-17", false), place: "Core of pallet" },
    ],
    curve: calm,
    silent: [20 * HOUR, 21.5 * HOUR],
  });
  kept.arrive(now - 9 * DAY + 46 * HOUR);
  kept.inspectAndAccept(now - 9 * DAY + 47 * HOUR);

  trip("insulin-bern-lugano", {
    sscc: "006141411234567890",
    title: "Insulin pens, 800 boxes",
    origin: "Bern",
    destination: "Lugano",
    start: now - 30 * HOUR,
    hours: 30,
    sensors: [
      { sensor: sensor("door-04", true), place: "By the door" },
      { sensor: sensor("back-04", false), place: "Back wall" },
    ],
    curve: (since, index) =>
      calm(since, index) +
      (index === 0 && since > 17 * HOUR && since < 22 * HOUR ? 5_200 * Math.sin(((since / HOUR - 17) / 5) * Math.PI) : 0),
  });

  trip("antibodies-zug-sion", {
    sscc: "376130000000012344",
    title: "Monoclonal antibodies, 60 vials",
    origin: "Zug",
    destination: "Sion",
    start: now - 50 * HOUR,
    hours: 50,
    sensors: [{ sensor: sensor("lid-09", true, now - 20 * HOUR), place: "Under the lid" }],
    curve: calm,
  });

  const waiting = trip("plasma-geneva-thun", {
    sscc: "376130000000098768",
    title: "Plasma, 120 bags",
    origin: "Geneva",
    destination: "Thun",
    start: now - 20 * HOUR,
    hours: 18,
    sensors: [
      { sensor: sensor("bag-21", true), place: "Between the bags" },
      { sensor: sensor("wall-21", true), place: "Container wall" },
    ],
    curve: calm,
  });
  waiting.arrive(now - 2 * HOUR);
}

/**
 * Fills a migrated, empty database with the demonstration story through the projection's own rules for rows.
 * @param now ms UTC at which the story stands; the same `now` gives the same rows.
 * @returns ids of the shipments and sensors told about.
 */
export async function fillFixture(databaseUrl: string, now: number): Promise<{ shipments: string[]; sensors: string[] }> {
  const story = new Story();
  tell(story, now);
  const database = openDatabase(databaseUrl, 1);
  const client = await database.pool.connect();
  try {
    await client.query("BEGIN");
    await story.rows.write(client);
    const hash = Buffer.from(hex(`block ${story.height - 1}`), "hex");
    await moveCheckpoint(client, -1, {
      block: story.height - 1,
      headerHash: hash,
      commitHash: hash,
      commits: story.rows.transaction.length,
      halted: null,
    });
    await client.query("COMMIT");
    return story.rows.touched;
  } finally {
    client.release();
    await database.close();
  }
}
