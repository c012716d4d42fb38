import type { Viewer } from "../access/viewer";

/**
 * What a viewer may see, as SQL. Every query of this room that shows something to a person ends in one of these, so that a page cannot
 * forget it. `$1` is the viewer's MSP id in each. An auditor sees what the auditor's organisation sees; who fits no row sees nothing.
 */
const SHIPMENTS = {
  shipper: "s.shipper = $1",
  recipient: "s.recipient = $1",
  // The authority vouches for its sensors wherever they ride.
  authority: `EXISTS (SELECT 1 FROM assignment pa JOIN sensor ps ON ps.id = pa.sensor WHERE pa.shipment = s.id AND ps.authority = $1)`,
  operator: "($1::text IS NULL AND false)",
} as const satisfies Record<Viewer["kind"], string>;

const RIDES_ON = (party: "shipper" | "recipient") =>
  `EXISTS (SELECT 1 FROM assignment pa JOIN shipment ps ON ps.id = pa.shipment WHERE pa.sensor = n.id AND ps.${party} = $1)`;

const SENSORS = {
  shipper: `(n.owner = $1 OR ${RIDES_ON("shipper")})`,
  recipient: `(n.owner = $1 OR ${RIDES_ON("recipient")})`,
  authority: "n.authority = $1",
  operator: "($1::text IS NULL AND false)",
} as const satisfies Record<Viewer["kind"], string>;

/** Condition on `shipment s`. */
export const shipmentScope = (viewer: Viewer): string => SHIPMENTS[viewer.kind];

/** Condition on `sensor n`. */
export const sensorScope = (viewer: Viewer): string => SENSORS[viewer.kind];
