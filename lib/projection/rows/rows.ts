import type { ClientBase } from "pg";
import type { News } from "../news";
import { MERGE_COVERAGE, MERGE_ROLLUP, mergeCoverage, mergeRollup } from "./rollup";
import { insertRows, type Row } from "./table";
import { tables } from "./tables";

type RowOf<N extends keyof typeof tables> = Row<(typeof tables)[N]>;

/** What a batch changes about its sensor; it never touches the columns that registration writes. */
export interface SensorHead {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
  readonly lost: number;
  readonly lastSeen: number;
  readonly last: { readonly at: number; readonly temperature: number; readonly humidity: number | null } | null;
}

/** What a transaction changes about its shipment: the whole record, and the times that only some events set (`null` clears one). */
export type ShipmentChange = Omit<RowOf<"shipment">, "created_at" | "created_by" | "started_at" | "arrived_at" | "decided_at"> &
  Partial<Pick<RowOf<"shipment">, "created_at" | "created_by" | "started_at" | "arrived_at" | "decided_at">>;

const key = (...parts: readonly (string | number)[]): string => parts.join("\u0000");

/**
 * The rows that a group of transactions makes, collected so that each table is written by one statement. Later changes to the same row replace or
 * merge with earlier ones here, as they would in the database.
 */
export class Rows {
  readonly block: RowOf<"block">[] = [];
  readonly transaction: RowOf<"transaction">[] = [];
  readonly envelope: RowOf<"envelope">[] = [];
  readonly configuration: RowOf<"configuration">[] = [];
  readonly calibration: RowOf<"calibration">[] = [];
  readonly batch: RowOf<"batch">[] = [];
  readonly reading: RowOf<"reading">[] = [];
  readonly loss: RowOf<"loss">[] = [];
  readonly command: RowOf<"command">[] = [];
  readonly commandReport: RowOf<"commandReport">[] = [];
  readonly withheld: RowOf<"withheld">[] = [];
  readonly inspection: RowOf<"inspection">[] = [];
  readonly inspectedSensor: RowOf<"inspectedSensor">[] = [];
  readonly handover: RowOf<"handover">[] = [];
  readonly decision: RowOf<"decision">[] = [];
  readonly excursionStep: RowOf<"excursionStep">[] = [];
  readonly excursionAttachment: RowOf<"excursionAttachment">[] = [];
  readonly auditEntry: RowOf<"auditEntry">[] = [];
  readonly #state = new Map<string, RowOf<"ledgerState">>();
  readonly #sensors = new Map<string, RowOf<"sensor">>();
  readonly #heads = new Map<string, SensorHead>();
  readonly #shipments = new Map<string, ShipmentChange>();
  readonly #assignments = new Map<string, RowOf<"assignment">>();
  readonly #seals = new Map<string, RowOf<"seal">>();
  readonly #violations = new Map<string, RowOf<"violation">>();
  readonly #excursions = new Map<string, RowOf<"excursion">>();
  readonly #gaps = new Map<string, RowOf<"gap">>();
  readonly #settled: { readonly sensor: string; readonly after: number }[] = [];
  readonly #rollups = new Map<string, RowOf<"rollup">>();
  readonly #coverage = new Map<string, RowOf<"coverage">>();
  readonly #commanded = new Set<string>();
  readonly #violated = new Set<string>();

  /** Shipments and sensors that changed, for the notice. */
  get touched(): { readonly shipments: string[]; readonly sensors: string[] } {
    const shipments = new Set(this.#shipments.keys());
    for (const { shipment } of this.#coverage.values()) if (shipment !== "") shipments.add(shipment);
    const reported = [...this.commandReport, ...this.withheld].map(({ sensor }) => sensor);
    const sensors = new Set([...this.#sensors.keys(), ...this.#heads.keys(), ...this.#commanded, ...reported]);
    return { shipments: [...shipments].sort(), sensors: [...sensors].sort() };
  }

  /** What devices wait for (lib/projection/news). */
  get news(): News {
    return { commanded: [...this.#commanded], violated: [...this.#violated] };
  }

  /** What the ledger asks of a sensor has changed: a command, or goods that it rides with. */
  commanded(sensor: string): void {
    this.#commanded.add(sensor);
  }

  /** A violation was found in the shipment. */
  violated(shipment: string): void {
    this.#violated.add(shipment);
  }

  state(row: RowOf<"ledgerState">): void {
    this.#state.set(row.key, row);
  }

  sensor(row: RowOf<"sensor">): void {
    // The day of registration stays with a renewal: the first row's wins, here and in the database.
    const earlier = this.#sensors.get(row.id);
    this.#sensors.set(row.id, earlier ? { ...row, registered_at: earlier.registered_at } : row);
  }

  head(head: SensorHead): void {
    const earlier = this.#heads.get(head.sensor);
    this.#heads.set(head.sensor, earlier ? { ...head, lost: earlier.lost + head.lost, last: head.last ?? earlier.last } : head);
  }

  shipment(change: ShipmentChange): void {
    const earlier = this.#shipments.get(change.id);
    const merged = { ...earlier, ...change };
    // A shipment starts and arrives once, whatever comes later.
    if (earlier?.started_at) merged.started_at = earlier.started_at;
    if (earlier?.arrived_at) merged.arrived_at = earlier.arrived_at;
    this.#shipments.set(change.id, merged);
  }

  /** The assignment as it stands now; the row's transaction and day stay those that made it. */
  assignment(row: RowOf<"assignment">): void {
    const id = key(row.shipment, row.sensor, row.start);
    const earlier = this.#assignments.get(id);
    this.#assignments.set(id, earlier ? { ...row, transaction: earlier.transaction } : row);
  }

  seal(row: RowOf<"seal">): void {
    const id = key(row.shipment, row.seal);
    const earlier = this.#seals.get(id);
    this.#seals.set(id, earlier ? { ...row, transaction: earlier.transaction } : row);
  }

  violation(row: RowOf<"violation">): void {
    this.#violations.set(key(row.shipment, row.sensor, row.rule, row.number), row);
  }

  excursion(row: RowOf<"excursion">): void {
    this.#excursions.set(key(row.shipment, row.sensor, row.rule, row.number), row);
  }

  /**
   * Open gaps of a sensor end with its next batch: its readings, or a closed gap, stand in their place.
   * @param after time of the sensor's reading before that batch, or null
   */
  settleGaps(sensor: string, after: number | null): void {
    for (const [id, gap] of this.#gaps) if (gap.open && gap.sensor === sensor && gap.from >= (after ?? 0)) this.#gaps.delete(id);
    this.#settled.push({ sensor, after: after ?? 0 });
  }

  gap(row: RowOf<"gap">): void {
    this.#gaps.set(key(row.shipment, row.sensor, row.from), row);
  }

  rollup(row: RowOf<"rollup">): void {
    const id = key(row.shipment, row.sensor, row.width, row.bucket);
    const earlier = this.#rollups.get(id);
    this.#rollups.set(id, earlier ? mergeRollup(earlier, row) : row);
  }

  coverage(row: RowOf<"coverage">): void {
    const id = key(row.shipment, row.sensor);
    const earlier = this.#coverage.get(id);
    this.#coverage.set(id, earlier ? mergeCoverage(earlier, row) : row);
  }

  /** Writes everything inside the caller's database transaction. */
  async write(client: ClientBase): Promise<void> {
    const once = ["block", "transaction", "envelope", "configuration", "calibration", "batch", "reading", "loss"] as const;
    const devices = ["command", "commandReport", "withheld"] as const;
    const people = ["inspection", "inspectedSensor", "handover", "decision", "excursionStep", "excursionAttachment", "auditEntry"] as const;
    for (const name of [...once, ...devices, ...people]) await this.#insert(client, name);
    await insertRows(client, tables.ledgerState, [...this.#state.values()], "replace");
    await insertRows(client, tables.sensor, [...this.#sensors.values()], REPLACE_SENSOR);
    await this.#writeHeads(client);
    await this.#writeShipments(client);
    await insertRows(
      client,
      tables.assignment,
      [...this.#assignments.values()],
      ['place = excluded.place, "end" = excluded."end", ended = excluded.ended'],
    );
    await insertRows(client, tables.seal, [...this.#seals.values()], ["standing = excluded.standing"]);
    await insertRows(client, tables.violation, [...this.#violations.values()], "replace");
    await insertRows(client, tables.excursion, [...this.#excursions.values()], "replace");
    await this.#writeSettledGaps(client);
    await insertRows(client, tables.gap, [...this.#gaps.values()], "replace");
    await insertRows(client, tables.rollup, [...this.#rollups.values()], MERGE_ROLLUP);
    await insertRows(client, tables.coverage, [...this.#coverage.values()], MERGE_COVERAGE);
  }

  async #insert<N extends keyof typeof tables & keyof Rows>(client: ClientBase, name: N): Promise<void> {
    await insertRows(client, tables[name] as never, this[name] as never);
  }

  async #writeSettledGaps(client: ClientBase): Promise<void> {
    if (this.#settled.length === 0) return;
    await client.query(SETTLE_GAPS, [this.#settled.map(({ sensor }) => sensor), this.#settled.map(({ after }) => after)]);
  }

  async #writeHeads(client: ClientBase): Promise<void> {
    const heads = [...this.#heads.values()];
    if (heads.length === 0) return;
    await client.query(UPDATE_HEADS, [
      heads.map((head) => head.sensor),
      heads.map((head) => head.sequence),
      heads.map((head) => head.hash),
      heads.map((head) => head.lost),
      heads.map((head) => head.lastSeen),
      heads.map((head) => head.last?.at ?? null),
      heads.map((head) => head.last?.temperature ?? null),
      heads.map((head) => head.last?.humidity ?? null),
    ]);
  }

  /** A change without the creation is an update of a row that must be there; times it does not name stay. */
  async #writeShipments(client: ClientBase): Promise<void> {
    const changes = [...this.#shipments.values()];
    const created = changes.flatMap((change) =>
      change.created_at === undefined || change.created_by === undefined
        ? []
        : [
            {
              started_at: null,
              arrived_at: null,
              decided_at: null,
              ...change,
              created_at: change.created_at,
              created_by: change.created_by,
            },
          ],
    );
    await insertRows(client, tables.shipment, created);
    const changed = changes.filter((change) => change.created_at === undefined);
    if (changed.length === 0) return;
    await client.query(UPDATE_SHIPMENTS, [
      changed.map((change) => change.id),
      changed.map((change) => change.status),
      changed.map((change) => change.log_length),
      changed.map((change) => change.log_head),
      changed.map((change) => change.started_at ?? null),
      changed.map((change) => change.arrived_at ?? null),
      changed.map((change) => change.decided_at ?? null),
      changed.map((change) => change.decided_at === null),
      changed.map((change) => change.incomplete.join(",")),
    ]);
  }
}

const REPLACE_SENSOR = ["model", "owner", "authority", "thumbprint", "status", "status_reason", "doubtful_since"].map(
  (name) => `${name} = excluded.${name}`,
);

const SETTLE_GAPS = `DELETE FROM gap USING unnest($1::text[], $2::int8[]) AS u(sensor, after)
WHERE gap.open AND gap.sensor = u.sensor AND gap."from" >= u.after`;

const UPDATE_HEADS = `UPDATE sensor AS t SET
  sequence = u.sequence, head_hash = u.hash, lost_batches = t.lost_batches + u.lost, last_seen = u.seen,
  last_at = COALESCE(u.at, t.last_at),
  last_temperature = CASE WHEN u.at IS NULL THEN t.last_temperature ELSE u.temperature END,
  last_humidity = CASE WHEN u.at IS NULL THEN t.last_humidity ELSE u.humidity END
FROM unnest($1::text[], $2::int8[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::int4[], $8::int4[])
  AS u(sensor, sequence, hash, lost, seen, at, temperature, humidity)
WHERE t.id = u.sensor`;

const UPDATE_SHIPMENTS = `UPDATE shipment AS t SET
  status = u.status, log_length = u.length, log_head = u.head, incomplete = string_to_array(u.incomplete, ','),
  started_at = COALESCE(t.started_at, u.started), arrived_at = COALESCE(t.arrived_at, u.arrived),
  decided_at = CASE WHEN u.reopened THEN NULL ELSE COALESCE(u.decided, t.decided_at) END
FROM unnest($1::text[], $2::text[], $3::int4[], $4::text[], $5::int8[], $6::int8[], $7::int8[], $8::bool[], $9::text[])
  AS u(id, status, length, head, started, arrived, decided, reopened, incomplete)
WHERE t.id = u.id`;
