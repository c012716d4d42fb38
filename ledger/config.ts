/**
 * `ledger.json`, named by `WINTERSEAL_LEDGER`: all that the embedded ledger needs to serve one channel. Relative paths are relative to the
 * file, so that a data folder can be moved as a whole.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as z from "zod";

const MINUTE = 60_000;

/** `host:port`; port 0 takes a free one, which the ready line then names. */
const listenAddress = z.string().regex(/^[^\s:]+:\d{1,5}$/, "must be host:port");

const membership = z.strictObject({
  mspId: z.string().min(1),
  /** PEM file of the root that issues the organisation's identities. */
  root: z.string(),
  /** PEM files of revocation lists that the root signed; read again whenever a file changes. */
  crls: z.array(z.string()).default([]),
});

/** A signing identity: certificate and PKCS#8 key, PEM files. */
const identity = { certificate: z.string(), privateKey: z.string() };

const organisation = membership.extend({
  peer: z.strictObject({
    /** For logs and error details, e.g. `peer0.authority`. */
    name: z.string(),
    ...identity,
    listen: listenAddress,
    /** Serve TLS; absent = plaintext, which only a loopback address may use. */
    tls: z.strictObject(identity).optional(),
  }),
  /** The organisation's own contract process (chaincode as a service). */
  contract: z.strictObject({
    address: listenAddress,
    /** Equals the process's `CHAINCODE_ID`. */
    packageId: z.string(),
    /** Mutual TLS towards the contract: the root of its server certificate and the client identity to show. */
    tls: z.strictObject({ root: z.string(), ...identity }).optional(),
  }),
});

export const ledgerConfigSchema = z.strictObject({
  channel: z.string().regex(/^[a-z][a-z0-9.-]{0,248}$/),
  chaincode: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/),
    version: z.string().default("1"),
    /** Number of the committed definition; rises with each upgrade. */
    sequence: z.int().min(1).default(1),
  }),
  /** Folder of blocks, state and index. */
  data: z.string(),
  /** How far a proposal's timestamp may be off the peer's clock, ms (Fabric 3.x: 15 minutes). */
  windowMs: z
    .int()
    .min(1000)
    .default(15 * MINUTE),
  blocks: z
    .strictObject({
      maxCount: z.int().min(1).default(200),
      maxBytes: z
        .int()
        .min(1024)
        .default(4 * 1024 * 1024),
      /** Without `cutWhenIdle` a block is cut at the latest this long after its first transaction. */
      timeoutMs: z.int().min(1).default(200),
      /** Cut at once while no block is being committed: a lone transaction does not wait for `timeoutMs`. */
      cutWhenIdle: z.boolean().default(true),
      /** With `cutWhenIdle`: blocks follow each other at least this far apart, unless they are full. */
      intervalMs: z.int().min(0).default(25),
    })
    .prefault({}),
  /** Distinct organisations that must endorse a transaction. */
  endorsements: z.int().min(1),
  orderer: membership.extend(identity),
  organisations: z.array(organisation).min(1),
  /** Organisations that read the channel and never write to it (the operator). */
  readers: z.array(membership).default([]),
});

/** Checked settings with absolute paths. */
export type LedgerConfig = z.infer<typeof ledgerConfigSchema>;
/** What a writer of `ledger.json` fills in; defaults may be left out. */
export type LedgerConfigInput = z.input<typeof ledgerConfigSchema>;
export type MembershipConfig = z.infer<typeof membership>;
export type OrganisationConfig = z.infer<typeof organisation>;

const checked = ledgerConfigSchema.superRefine((config, context) => {
  if (config.endorsements > config.organisations.length) {
    context.addIssue({ code: "custom", path: ["endorsements"], message: "more than there are organisations" });
  }
  const ids = [config.orderer, ...config.organisations, ...config.readers].map((member) => member.mspId);
  if (new Set(ids).size !== ids.length) context.addIssue({ code: "custom", path: ["organisations"], message: "an mspId stands twice" });
});

/** Checks settings that were read from anywhere; relative paths are resolved against `folder`. Throws a `ZodError`. */
export function parseLedgerConfig(input: unknown, folder: string): LedgerConfig {
  const config = checked.parse(input);
  const at = (path: string) => resolve(folder, path);
  const member = <T extends MembershipConfig>(value: T): T => ({ ...value, root: at(value.root), crls: value.crls.map(at) });
  const keyPair = <T extends { certificate: string; privateKey: string }>(value: T): T => ({
    ...value,
    certificate: at(value.certificate),
    privateKey: at(value.privateKey),
  });
  return {
    ...config,
    data: at(config.data),
    orderer: keyPair(member(config.orderer)),
    readers: config.readers.map(member),
    organisations: config.organisations.map((entry) => {
      const { peer, contract, ...rest } = member(entry);
      const { tls: peerTls, ...peerRest } = keyPair(peer);
      const { tls: contractTls, ...contractRest } = contract;
      return {
        ...rest,
        peer: { ...peerRest, ...(peerTls && { tls: keyPair(peerTls) }) },
        contract: { ...contractRest, ...(contractTls && { tls: { ...keyPair(contractTls), root: at(contractTls.root) } }) },
      };
    }),
  };
}

/**
 * Reads the file that `WINTERSEAL_LEDGER` names.
 * @throws Error that names the variable or the faulty setting, and the next step.
 */
export function readLedgerConfig(environment: Readonly<Record<string, string | undefined>>): LedgerConfig {
  const file = environment.WINTERSEAL_LEDGER;
  if (file === undefined || file === "") throw new Error("WINTERSEAL_LEDGER is not set: name the ledger's settings file (ledger.json)");
  const path = resolve(file);
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`WINTERSEAL_LEDGER names ${path}, which cannot be read as JSON`, { cause });
  }
  try {
    return parseLedgerConfig(input, dirname(path));
  } catch (cause) {
    if (cause instanceof z.ZodError) throw new Error(`${path} is not a ledger's settings file: ${z.prettifyError(cause)}`, { cause });
    throw cause;
  }
}
