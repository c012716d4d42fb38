/** What the signer page knows of the world: its own organisation's configuration, never a website's word. Served as `/network.json`. */
import * as z from "zod";
import type { ClientSettings } from "../../device/ts/client";
import { termsSchema } from "../../lib/messages/agreement-schema";

const organisation = z.strictObject({ id: z.string(), mspId: z.string(), name: z.string() });

export const signerNetworkSchema = z.strictObject({
  organisation,
  /** Origins of websites that may ask for signatures. */
  websites: z.array(z.string()),
  demonstration: z.boolean(),
  channel: z.string(),
  chaincode: z.string(),
  /** Distinct organisations that must endorse. */
  endorsements: z.int(),
  /** Who must endorse what, as this organisation agreed. */
  agreement: termsSchema.optional(),
  organisations: z.array(organisation.extend({ endorsers: z.array(z.string()) })),
});
export type SignerNetwork = z.infer<typeof signerNetworkSchema>;

export function settingsOf(network: SignerNetwork): ClientSettings {
  const { channel, chaincode, endorsements, agreement } = network;
  const endorsers = network.organisations.flatMap(({ mspId, endorsers: peers }) => peers.map((certificate) => ({ mspId, certificate })));
  return { channel, chaincode, endorsements, ...(agreement && { agreement }), endorsers };
}
