/**
 * The part of the ledger's state that one shipment's evidence speaks of. A sensor's records also name other shipments that it rode with; their
 * owners' records stay out of the file, so these entries are left out on both sides of every comparison. They cannot reach the shipment's own
 * readings: rides of one sensor never overlap, and each ride has accumulators of its own.
 */
import { type CanonicalValue, canonicalBytes } from "../domain/canonical-json";

const utf8 = new TextDecoder();

/** Records about one shipment: `shipment~ID`, `seal~ID~…` and so on. */
const ABOUT_SHIPMENT = new Set(["shipment", "seal", "inspection", "violation", "excursion"]);
const ABOUT_SENSOR = new Set(["sensor", "head", "batch"]);
/** Who must endorse what: everybody's. */
const ABOUT_ALL = new Set(["agreement", "consent", "guard"]);

export class Scope {
  constructor(
    readonly shipment: string,
    /** Sensors whose chains the file holds. */
    readonly sensors: ReadonlySet<string>,
  ) {}

  /** Whether the file must hold everything that was ever written under the key. */
  holds(key: string): boolean {
    const [kind = "", id = ""] = key.split("~");
    if (ABOUT_SHIPMENT.has(kind)) return id === this.shipment;
    return ABOUT_ALL.has(kind) || (ABOUT_SENSOR.has(kind) && this.sensors.has(id));
  }

  /** Whether other shipments' transactions write under the key too: a sensor's record names all that it rides with. */
  isShared(key: string): boolean {
    return key.startsWith("sensor~");
  }

  /** A record without what it says of other shipments. */
  restrict(key: string, bytes: Uint8Array): Uint8Array {
    const [kind] = key.split("~");
    if (kind !== "sensor" && kind !== "head") return bytes;
    const record = parse(bytes);
    return canonicalBytes({ ...record, assignments: this.#own(record.assignments) } as CanonicalValue);
  }

  #own(assignments: CanonicalValue | undefined): CanonicalValue {
    if (Array.isArray(assignments)) return this.#list(assignments);
    const own = (assignments as Record<string, CanonicalValue> | undefined)?.[this.shipment];
    return own === undefined ? {} : { [this.shipment]: own };
  }

  /** An event's payload without what it says of other shipments. */
  restrictEvent(bytes: Uint8Array): Uint8Array {
    const { reopened, ...event } = parse(bytes);
    const own: Record<string, CanonicalValue> = { ...event };
    for (const name of ["violations", "gaps", "shipments"]) if (Array.isArray(own[name])) own[name] = this.#list(own[name]);
    const again = Array.isArray(reopened) ? this.#list(reopened) : [];
    return canonicalBytes({ ...own, ...(again.length > 0 && { reopened: again }) });
  }

  #list(items: readonly CanonicalValue[]): CanonicalValue[] {
    return items.filter((item) => {
      const named = typeof item === "object" && item !== null ? (item as { shipment?: CanonicalValue }).shipment : item;
      return named === this.shipment;
    });
  }
}

const parse = (bytes: Uint8Array): Record<string, CanonicalValue> => JSON.parse(utf8.decode(bytes)) as Record<string, CanonicalValue>;
