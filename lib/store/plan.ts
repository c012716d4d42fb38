import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { ShipmentRecord } from "../contract/state";
import { shipmentScope } from "./scope";

/** A sensor that its owner may assign, with what decides whether it suits a trip. */
export interface FreeSensor {
  readonly id: string;
  readonly model: string;
  readonly validFrom: number;
  readonly validTo: number;
  /** Calibrated range, milli-°C. */
  readonly min: number;
  readonly max: number;
  readonly lastAt: number | null;
  readonly lastTemperature: number | null;
}

/** Active sensors of the viewer's organisation that ride with no open shipment, longest calibrated first. */
export async function freeSensors(pool: Pool, viewer: Viewer): Promise<readonly FreeSensor[]> {
  const { rows } = await pool.query<FreeSensor>(
    `SELECT n.id, n.model, k.valid_from AS "validFrom", k.valid_to AS "validTo", k.min, k.max, n.last_at AS "lastAt",
            n.last_temperature AS "lastTemperature"
       FROM sensor n
       JOIN LATERAL (SELECT * FROM calibration WHERE sensor = n.id AND thumbprint = n.thumbprint ORDER BY registered_at DESC LIMIT 1) k ON true
      WHERE n.owner = $1 AND n.status = 'active'
        AND NOT EXISTS (SELECT 1 FROM assignment a JOIN shipment s ON s.id = a.shipment
                         WHERE a.sensor = n.id AND a."end" IS NULL AND s.status NOT IN ('accepted', 'rejected'))
      ORDER BY k.valid_to DESC, n.id LIMIT 500`,
    [viewer.mspId],
  );
  return rows;
}

/** Profile that most of the organisation's recent shipments used, to offer it first. */
export async function usualProfile(pool: Pool, viewer: Viewer): Promise<string | null> {
  const { rows } = await pool.query<{ profile: string }>(
    `SELECT profile FROM (SELECT profile FROM shipment s WHERE ${shipmentScope(viewer)} ORDER BY created_at DESC LIMIT 50) r
      GROUP BY profile ORDER BY count(*) DESC, profile LIMIT 1`,
    [viewer.mspId],
  );
  return rows[0]?.profile ?? null;
}

/** What is packed so far. */
export interface Packing {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly profile: string;
  readonly recipient: string;
  readonly shipper: string;
  readonly status: ShipmentRecord["status"];
  readonly sensors: readonly {
    readonly sensor: string;
    readonly place: string;
    readonly start: number;
    readonly end: number | null;
    readonly readings: number;
    readonly validTo: number | null;
    readonly transaction: string;
  }[];
  readonly seals: readonly {
    readonly seal: string;
    readonly class: string;
    readonly container: string | null;
    readonly sensor: string | null;
    readonly standing: string;
  }[];
  readonly handovers: readonly {
    readonly giver: string;
    readonly taker: string;
    readonly place: string;
    readonly arrival: boolean;
    readonly at: number;
  }[];
}

/** One shipment as its packer sees it, or null when there is none that the viewer may see. */
export async function packing(pool: Pool, viewer: Viewer, id: string): Promise<Packing | null> {
  const { rows } = await pool.query<Packing>(
    `SELECT s.id, s.title, s.origin, s.destination, s.profile, s.recipient, s.shipper, s.status,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('sensor', a.sensor, 'place', a.place, 'start', a.start, 'end', a."end",
                      'readings', coalesce(c.readings, 0), 'transaction', a.transaction,
                      'validTo', (SELECT max(valid_to) FROM calibration k WHERE k.sensor = a.sensor)) ORDER BY a.start, a.sensor), '[]')
               FROM assignment a LEFT JOIN coverage c ON c.shipment = a.shipment AND c.sensor = a.sensor WHERE a.shipment = s.id) AS sensors,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('seal', l.seal, 'class', l.class, 'container', l.container, 'sensor', l.sensor,
                      'standing', l.standing) ORDER BY l.applied_at), '[]') FROM seal l WHERE l.shipment = s.id) AS seals,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('giver', h.giver, 'taker', h.taker, 'place', h.place, 'arrival', h.arrival, 'at', h.at)
                      ORDER BY h.at), '[]') FROM handover h WHERE h.shipment = s.id) AS handovers
       FROM shipment s WHERE ${shipmentScope(viewer)} AND s.id = $2`,
    [viewer.mspId, id],
  );
  return rows[0] ?? null;
}
