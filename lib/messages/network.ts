/**
 * `network.json`: all that a client needs to reach one channel, embedded or real. Written by `npm start` (embedded) or network/ (Fabric);
 * a team with a network of its own writes it by hand. Relative paths are relative to the file.
 */
import * as z from "zod";
import { termsSchema } from "./agreement-schema";

const peer = z.strictObject({
  name: z.string(),
  /** host:port of the gRPC endpoint (Gateway, Endorser, Deliver). */
  address: z.string(),
  /** PEM of the TLS root; absent = plaintext, which only loopback addresses may use. */
  tlsRoot: z.string().optional(),
  /** Name in the TLS certificate, where it differs from the host. */
  serverName: z.string().optional(),
});

const organisation = z.strictObject({
  id: z.enum(["authority", "shipper", "recipient"]).or(z.string()),
  mspId: z.string(),
  /** What people call it. */
  name: z.string(),
  /** PEM file of the root that issues its identities; of every root that ever did, where one took over from another: history stays verifiable. */
  root: z.string(),
  /** Certificates of its endorsing peers, PEM files: what a device accepts endorsements from. */
  endorsers: z.array(z.string()),
  peers: z.array(peer),
  /** Origin of the organisation's CA service (enrolment, sensor identities). */
  ca: z.string().optional(),
  /** Origin of the organisation's signer page. */
  signer: z.string().optional(),
});

export const networkSchema = z.strictObject({
  kind: z.enum(["embedded", "fabric"]),
  channel: z.string(),
  chaincode: z.string(),
  /** Distinct organisations that must endorse. */
  endorsements: z.int().min(1),
  /** Who must endorse what, as the organisations agreed (docs/decisions/0140): clients check it before they sign. Absent = any `endorsements`. */
  agreement: termsSchema.optional(),
  /** SHA-256 of the genesis block's header, hex: the projection refuses another chain. Absent = the first block that enough organisations show founds it. */
  genesis: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  organisations: z.array(organisation).min(1),
  operator: z.strictObject({
    mspId: z.string(),
    certificate: z.string(),
    privateKey: z.string(),
  }),
});
export type Network = z.infer<typeof networkSchema>;
