import { ssccCheckDigit } from "../../lib/domain/sscc";
import type { CalibrationStatement, Statement } from "../../lib/messages/statements";
import type { SimulatedSensor } from "../fleet/plan";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One sensor of the demo: what it is, how it was calibrated, what it will measure. */
export interface StorySensor {
  readonly place: string;
  readonly model: string;
  /** Calibration's begin and end, days before and after the demo is made. */
  readonly calibratedDays: readonly [before: number, after: number];
  readonly simulation: SimulatedSensor;
}

export interface StoryShipment {
  readonly create: Statement<"shipment:Create">;
  readonly seal: string;
  readonly startedMinutesAgo: number;
  readonly sensors: readonly StorySensor[];
  readonly handovers: readonly Omit<Statement<"shipment:Handover">, "shipment">[];
}

const sscc = (serial: number): string => {
  const digits = `37612345${String(serial).padStart(9, "0")}`;
  return `${digits}${ssccCheckDigit(digits)}`;
};

const TRIP_MINUTES = 30 * 60;

function sensor(id: string, place: string, seed: number, more: Partial<Omit<SimulatedSensor, "id" | "seed">> = {}): StorySensor {
  return {
    place,
    model: "WS-400 temperature and humidity",
    calibratedDays: [250, 115],
    simulation: {
      id,
      seed,
      temperature: 4900,
      humidity: 550,
      switchedOnMinutesAgo: TRIP_MINUTES + 10,
      historyIntervalMs: 5 * MINUTE,
      liveIntervalMs: 5_000,
      happenings: [],
      ...more,
    },
  };
}

function shipment(id: string, serial: number, title: string, destination: string): Statement<"shipment:Create"> {
  return { shipment: id, sscc: sscc(serial), title, origin: "Basel", destination, recipient: "RecipientMSP", profile: "fridge-2-8/1" };
}

const pickUp = { giver: "Rheinhafen Pharma", taker: "Nordlicht Freight", place: "Basel", arrival: false };

/**
 * What the demo tells: one shipment kept cold, one with a violation, one whose sensor's calibration ended on the way, one that waits for
 * its inspection. Nobody's statement is made up: seals are applied and goods handed over by command-line identities (role importer),
 * inspections and decisions are left to people.
 */
export const STORY: readonly StoryShipment[] = [
  {
    create: shipment("basel-lisbon", 1234, "Influenza vaccine", "Lisbon"),
    seal: "CH 0048213",
    startedMinutesAgo: TRIP_MINUTES,
    sensors: [sensor("ws-0427", "top of pallet", 427), sensor("ws-0412", "bottom of pallet", 412, { temperature: 4300, humidity: 530 })],
    handovers: [pickUp],
  },
  {
    create: shipment("basel-vienna", 1235, "Insulin", "Vienna"),
    seal: "CH 0048214",
    startedMinutesAgo: TRIP_MINUTES,
    sensors: [
      sensor("ws-0388", "top of pallet", 388, {
        happenings: [{ kind: "warm", minutesAgo: 7 * 60, lastsMinutes: 95, towards: 17_500 }],
      }),
      sensor("ws-0391", "bottom of pallet", 391, {
        temperature: 4400,
        happenings: [
          { kind: "warm", minutesAgo: 7 * 60, lastsMinutes: 95, towards: 8_600 },
          { kind: "silent", minutesAgo: 20 * 60, lastsMinutes: 130 },
        ],
      }),
    ],
    handovers: [pickUp],
  },
  {
    create: shipment("basel-porto", 1236, "Hepatitis B vaccine", "Porto"),
    seal: "CH 0048215",
    startedMinutesAgo: TRIP_MINUTES,
    sensors: [{ ...sensor("ws-0291", "middle of pallet", 291), calibratedDays: [365, -8 / 24] }],
    handovers: [pickUp],
  },
  {
    create: shipment("basel-zurich", 1237, "Measles vaccine", "Zürich"),
    seal: "CH 0048216",
    startedMinutesAgo: 20 * 60,
    sensors: [sensor("ws-0350", "inside the box", 350, { switchedOnMinutesAgo: 20 * 60 + 10 })],
    handovers: [
      { ...pickUp, taker: "Alpenkurier" },
      { giver: "Alpenkurier", taker: "Hospital Santa Aurélia", place: "Zürich, dock 2", arrival: true },
    ],
  },
];

/** Alarm lamps beside the goods: each acts on violations of its shipment that organisations have proved to it. */
export const LAMPS = [
  { id: "lamp-vienna", shipment: "basel-vienna" },
  { id: "lamp-lisbon", shipment: "basel-lisbon" },
] as const;

/** A calibration as the authority records it, relative to the time at which the demo is made. */
export function calibrationOf(
  { simulation, calibratedDays: [before, after] }: StorySensor,
  now: number,
  hash: string,
): CalibrationStatement {
  return {
    number: `ACA-${simulation.id.slice(3)}-26`,
    hash,
    laboratory: "Aare Calibration Authority",
    from: now - before * DAY,
    to: Math.round(now + after * DAY),
    min: -20_000,
    max: 50_000,
    uncertainty: 300,
  };
}

/** People of the demo: they enrol themselves, in their own organisation's signer, with a code. */
export const PEOPLE = [
  { organisation: "shipper", login: "lena", name: "Lena Brunner", role: "shipper", administrator: true },
  { organisation: "recipient", login: "ines", name: "Inês Duarte", role: "recipient", administrator: true },
  { organisation: "authority", login: "urs", name: "Urs Meier", role: "authority", administrator: true },
  { organisation: "shipper", login: "aoife", name: "Aoife Byrne", role: "auditor" },
] as const;
