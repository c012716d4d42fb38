import type * as z from "zod";
import * as s from "./schemas";

export type ApiScope = "shipments:read" | "readings:read" | "sensors:read";

export interface Operation<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly id: string;
  /** Below /api/v1, with parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly scope: ApiScope;
  readonly params: P | null;
  readonly query: Q | null;
  readonly answer: R;
}

const operation = <P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(it: Operation<P, Q, R>): Operation<P, Q, R> => it;

/** Every operation of the read API; each is served by the route of its path, and a test holds the two together. */
export const OPERATIONS = {
  listShipments: operation({
    id: "listShipments",
    path: "/shipments",
    summary: "Shipments that your organisation sees, newest first, with both verdicts",
    scope: "shipments:read",
    params: null,
    query: s.shipmentsQuery,
    answer: s.shipmentPage,
  }),
  getShipment: operation({
    id: "getShipment",
    path: "/shipments/{id}",
    summary: "One shipment with its violations, gaps and seals",
    scope: "shipments:read",
    params: s.shipmentParams,
    query: null,
    answer: s.shipmentDetail,
  }),
  listReadings: operation({
    id: "listReadings",
    path: "/shipments/{id}/readings",
    summary: "Raw readings of a shipment, sensor by sensor, oldest first",
    scope: "readings:read",
    params: s.shipmentParams,
    query: s.readingsQuery,
    answer: s.readingPage,
  }),
  listSensors: operation({
    id: "listSensors",
    path: "/sensors",
    summary: "Sensors that your organisation sees, by id",
    scope: "sensors:read",
    params: null,
    query: s.sensorsQuery,
    answer: s.sensorPage,
  }),
  getSensor: operation({
    id: "getSensor",
    path: "/sensors/{id}",
    summary: "One sensor with the calibration in force",
    scope: "sensors:read",
    params: s.sensorParams,
    query: null,
    answer: s.sensor,
  }),
} as const;
