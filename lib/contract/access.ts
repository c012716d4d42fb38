/** Who may call, when: the access table, the identity's validity and the time window. */
import { WintersealError } from "../messages/errors";
import { FUNCTIONS } from "../messages/functions";
import { organisationKind } from "../messages/names";
import type { Call, ExecuteOptions } from "./types";

export const kindOf = organisationKind;

/**
 * Expiry is judged here too, since commit-time validation does not (fabric.md, "Expiry and time"): creator's NotBefore and NotAfter
 * against the transaction's timestamp, and that against the peer's clock.
 * @throws WintersealError TIMESTAMP_OFF, IDENTITY_NOT_YET_VALID, IDENTITY_EXPIRED, ACCESS_DENIED
 */
export function checkAccess({ name, creator, timestamp }: Call, { now, windowMs }: ExecuteOptions): void {
  if (now !== undefined && Math.abs(timestamp - now) > windowMs) {
    throw new WintersealError("TIMESTAMP_OFF", undefined, { timestamp, now, windowMs });
  }
  if (timestamp < creator.notBefore) throw new WintersealError("IDENTITY_NOT_YET_VALID", undefined, { notBefore: creator.notBefore });
  if (timestamp > creator.notAfter) throw new WintersealError("IDENTITY_EXPIRED", undefined, { notAfter: creator.notAfter });
  const kind = kindOf(creator.mspId);
  const permitted = FUNCTIONS[name].permitted.some((row) => row.kind === kind && row.role === creator.role);
  if (!permitted) {
    throw new WintersealError("ACCESS_DENIED", `${FUNCTIONS[name].title}: not for role "${creator.role}" of ${creator.mspId}`, {
      function: name,
    });
  }
}
