import { sensorCondition, shipmentCondition } from "../access/permit";
import type { Viewer } from "../access/viewer";

// `$1` is the viewer's MSP id in every query of this room that shows something to a person; naming it once more gives it a type also
// where the permit denies everything.
const typed = (sql: string) => `(${sql} AND $1::text IS NOT NULL)`;

/** What the viewer may see of `shipment s`, as a condition over `$1`. */
export const shipmentScope = (viewer: Viewer): string => typed(shipmentCondition(viewer, "s").sql);

/** What the viewer may see of `sensor n`, as a condition over `$1`. */
export const sensorScope = (viewer: Viewer): string => typed(sensorCondition(viewer, "n").sql);
