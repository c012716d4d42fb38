/**
 * Who may see what. Every query of lib/store takes a viewer and asks here, so that a page that forgets to ask shows nothing: rows that a
 * viewer may not see do not exist for that viewer (not found, never "forbidden"). What is not permitted below is denied.
 *
 * On the ledger every organisation with a peer reads every shipment of its channel (design, "Said openly"); these rules are the site's
 * own, narrower ones.
 */
import { FUNCTIONS, type FunctionName } from "../messages/functions";
import { organisationKind } from "../messages/names";
import type { Viewer } from "./viewer";

/**
 * What part of an aggregate a viewer sees:
 * - shipments: `shipper` and `recipient` those that name their organisation; `authority` those that ride with a sensor it registered, with
 *   all their readings ("shipper, recipient and calibration authority see the same shipment");
 * - sensors: `authority` those it registered, `shipper` those it owns and those on its shipments, `recipient` those on its shipments.
 */
export type Scope =
  | { readonly by: "shipper"; readonly mspId: string }
  | { readonly by: "recipient"; readonly mspId: string }
  | { readonly by: "authority"; readonly mspId: string }
  | { readonly by: "nobody" };

/** A condition for a WHERE clause and its values, numbered from `first`. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

/** Roles that look at pages; sensors and command-line identities sign, they do not browse. */
function isReader(viewer: Viewer): boolean {
  return viewer.role === viewer.kind || viewer.role === "auditor";
}

/** The viewer's scope; `auditor` sees all that the viewer's own organisation sees. Contradictory facts see nothing. */
export function scopeOf(viewer: Viewer | null): Scope {
  if (viewer === null || !isReader(viewer) || organisationKind(viewer.mspId) !== viewer.kind) return { by: "nobody" };
  switch (viewer.kind) {
    case "shipper":
    case "recipient":
    case "authority":
      return { by: viewer.kind, mspId: viewer.mspId };
    case "operator":
      return { by: "nobody" };
  }
}

const NOTHING: Condition = { sql: "FALSE", values: [] };

/**
 * Shipments that the viewer sees, over table `shipment`.
 * @param alias name of `shipment` in the query (an identifier from code, never from input)
 * @param first number of the first parameter, from 1
 */
export function shipmentCondition(viewer: Viewer | null, alias = "shipment", first = 1): Condition {
  const scope = scopeOf(viewer);
  const parameter = `$${first}`;
  switch (scope.by) {
    case "shipper":
      return { sql: `${alias}."shipper" = ${parameter}`, values: [scope.mspId] };
    case "recipient":
      return { sql: `${alias}."recipient" = ${parameter}`, values: [scope.mspId] };
    case "authority":
      return {
        sql: `EXISTS (SELECT 1 FROM "assignment" _a JOIN "sensor" _s ON _s."id" = _a."sensor"
          WHERE _a."shipment" = ${alias}."id" AND _s."authority" = ${parameter})`,
        values: [scope.mspId],
      };
    case "nobody":
      return NOTHING;
  }
}

/** Sensors that the viewer sees, over table `sensor`; parameters as for {@link shipmentCondition}. */
export function sensorCondition(viewer: Viewer | null, alias = "sensor", first = 1): Condition {
  const scope = scopeOf(viewer);
  const parameter = `$${first}`;
  const rides = (party: "shipper" | "recipient") =>
    `EXISTS (SELECT 1 FROM "assignment" _a JOIN "shipment" _h ON _h."id" = _a."shipment"
      WHERE _a."sensor" = ${alias}."id" AND _h."${party}" = ${parameter})`;
  switch (scope.by) {
    case "shipper":
      return { sql: `(${alias}."owner" = ${parameter} OR ${rides("shipper")})`, values: [scope.mspId] };
    case "recipient":
      return { sql: `(${alias}."owner" = ${parameter} OR ${rides("recipient")})`, values: [scope.mspId] };
    case "authority":
      return { sql: `${alias}."authority" = ${parameter}`, values: [scope.mspId] };
    case "nobody":
      return NOTHING;
  }
}

/** The part of a shipment's row that decides who sees it; `authorities` are those of the sensors that ride with it. */
export interface ShipmentParties {
  readonly shipper: string;
  readonly recipient: string;
  readonly authorities: readonly string[];
}

/** The same rule for a shipment at hand: what live events and streams are filtered by. */
export function maySeeShipment(viewer: Viewer | null, shipment: ShipmentParties): boolean {
  const scope = scopeOf(viewer);
  switch (scope.by) {
    case "shipper":
      return shipment.shipper === scope.mspId;
    case "recipient":
      return shipment.recipient === scope.mspId;
    case "authority":
      return shipment.authorities.includes(scope.mspId);
    case "nobody":
      return false;
  }
}

/** Blocks, lag and refusals are the channel's own; whoever is signed in with a reading role may look. */
export function maySeeLedger(viewer: Viewer | null): boolean {
  return scopeOf(viewer).by !== "nobody";
}

/**
 * Heights, definitions and ends of certificates stand on the channel or are shown to whoever connects: the same readers as the ledger's. When the
 * own organisation's people must enrol anew is told to those who act for it, and to nobody else's.
 */
export const maySeeOperations = maySeeLedger;
export const maySeePeople = mayLetIn;

/**
 * Whether to offer a ledger action at all: the contract's own table, asked early. The contract decides.
 * An auditor stands in no writing row and therefore changes nothing.
 */
export function mayCall(viewer: Viewer | null, name: FunctionName): boolean {
  if (viewer === null || scopeOf(viewer).by === "nobody") return false;
  return FUNCTIONS[name].permitted.some((row) => row.kind === viewer.kind && row.role === viewer.role);
}

/** Who owns sensors sets how often they are calibrated; an auditor changes nothing. */
export function mayKeepCalibrationRule(viewer: Viewer | null): boolean {
  const { by } = scopeOf(viewer);
  return (by === "shipper" || by === "recipient") && viewer?.role === viewer?.kind;
}

/** Who may hand out what the own organisation sees (tokens, guest links): its people. An auditor changes nothing and lets nobody in. */
export function mayLetIn(viewer: Viewer | null): boolean {
  return scopeOf(viewer).by !== "nobody" && viewer?.role === viewer?.kind;
}

/** Who a token or a guest link stands for: somebody who reads what one organisation sees and changes nothing. Null for no such organisation. */
export function readerOf(mspId: string, name: string): Viewer | null {
  const kind = organisationKind(mspId);
  if (kind === undefined) return null;
  const reader: Viewer = { userId: "", mspId, kind, role: "auditor", name };
  return scopeOf(reader).by === "nobody" ? null : reader;
}
