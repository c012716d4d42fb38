import * as z from "zod";
import { currentViewer } from "@/app/auth/session";
import { scopeOf } from "@/lib/access/permit";
import { DomainError } from "@/lib/domain/errors";
import { decodeLogger, dryRun, LOGGER_BYTES } from "@/lib/exchange/dry-run";
import { answer, limitedBody, refusalOf, refuse, refuseStranger } from "../respond";

export const dynamic = "force-dynamic";

const query = z.strictObject({
  profile: z.string().max(64),
  unit: z.enum(["C", "F"]),
  timeZone: z.string().max(64),
  timeColumn: z.string().max(80).optional(),
  temperatureColumn: z.string().max(80).optional(),
  humidityColumn: z.string().max(80).optional(),
});

/** What the rules would have found in a logger's file. Nothing is kept: the key that could sign it as a sensor's is not here. */
export async function POST(request: Request): Promise<Response> {
  try {
    const asked = query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    if (!asked.success) return refuse("ARGUMENT_INVALID", { field: asked.error.issues[0]?.path.join(".") ?? "" });
    const viewer = await currentViewer();
    if (viewer === null) return refuseStranger();
    if (scopeOf(viewer).by === "nobody") return refuse("ACCESS_DENIED");
    const { profile, unit, timeZone, timeColumn, temperatureColumn, humidityColumn } = asked.data;
    const text = decodeLogger(await limitedBody(request, LOGGER_BYTES));
    const columns = {
      ...(timeColumn ? { timeColumn } : {}),
      ...(temperatureColumn ? { temperatureColumn } : {}),
      ...(humidityColumn ? { humidityColumn } : {}),
    };
    return answer(dryRun(text, profile, { unit, timeZone, ...columns }));
  } catch (error) {
    if (error instanceof DomainError && error.code === "PROFILE_UNKNOWN") return refuse("PROFILE_UNKNOWN", { field: "profile" });
    return refusalOf(error);
  }
}
