import path from "node:path";
import { type Device, type DeviceContext, openDevice } from "../device/device";
import { liveOn } from "./past";
import type { SimulatedSensor } from "./plan";
import { measureAt } from "./simulation";

/** Every shipment of the demonstration is of this kind (start/demo/story). */
const PROFILE = "fridge-2-8/1";

/** A demonstration shows within this time what a lost hint costs, ms. */
const ASK_EVERY = 30_000;

/** What all simulated devices of a fleet share. */
export interface FleetContext extends DeviceContext {
  /** Folder with one folder per device. */
  readonly devices: string;
  readonly madeAt: number;
}

/** Switches one simulated sensor on: identity, journal and link of its own. @throws WintersealError KEY_MISMATCH, JOURNAL_DAMAGED */
export function switchOn(plan: SimulatedSensor, context: FleetContext): Promise<Device> {
  const folder = path.join(context.devices, plan.id);
  return openDevice(
    {
      id: plan.id,
      folder,
      intervalMs: plan.liveIntervalMs,
      profile: PROFILE,
      askEveryMs: ASK_EVERY,
      measure: async () => measureAt(plan, Date.now(), context.madeAt),
      async boot(journal) {
        const { boot, switchedOnAt } = await liveOn(folder, journal, plan, context.madeAt, Date.now());
        return { boot, age: Date.now() - switchedOnAt };
      },
    },
    context,
  );
}
