/** A further organisation joins the network of this machine. */
import * as z from "zod";
import { organisationKind } from "../../lib/messages/names";
import type { FabricBinaries } from "../../network/binaries";
import { admitOrganisation } from "../../network/config-update/organisations";
import { ConfigUpdates, type Updated } from "../../network/config-update/update";
import { prepareNetwork } from "../../network/prepare";
import type { Layout } from "../layout";
import { type FabricShape, type Founder, fabricMaterial, rememberJoined } from "./material";
import { builderFolder } from "./network";

export const founderSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  /** Its end says the kind: `RhineShipperMSP`. */
  mspId: z
    .string()
    .max(64)
    .refine((id) => organisationKind(id) !== undefined && organisationKind(id) !== "operator", {
      message: "must end with AuthorityMSP, ShipperMSP or RecipientMSP: that is its kind",
    }),
  name: z.string().trim().min(1).max(96),
});

/**
 * Founds the organisation, and has every organisation of the channel sign that it is a member. Its peer and contract process start with
 * the next start of the network, which lets the peer join and has everybody approve the contract with the newcomer counted in.
 */
export async function admitNewcomer(layout: Layout, shape: FabricShape, binaries: FabricBinaries, newcomer: Founder): Promise<Updated> {
  const before = await fabricMaterial(layout, shape);
  const after = await fabricMaterial(layout, shape, [newcomer]);
  prepareNetwork(after, binaries, builderFolder(process.cwd()));
  const change = await admitOrganisation(after, binaries, newcomer.mspId);
  const updated = await new ConfigUpdates(before, binaries).apply(before.organisations, change);
  rememberJoined(layout, newcomer);
  return updated;
}
