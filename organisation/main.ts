/** `organisation init | issue | code | registrar | revoke | renew | rotate | retire | crl | consent | codes | withdraw | serve`: what one organisation runs for itself. */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { FOUNDING_TERMS } from "../lib/messages/agreement";
import { termsSchema } from "../lib/messages/agreement-schema";
import { ROLES } from "../lib/messages/names";
import { CertificateAuthority, createCode, type Issuer, initialise, issueIdentity, type OrganisationProfile, openIssuer } from "./ca";
import { listCodes, personSchema, withdrawCode } from "./ca/codes";
import { joinFabricCa } from "./ca/fabric/registrar";
import { Registry } from "./ca/fabric/registry";
import { REGISTRAR } from "./ca/fabric/rights";
import { DEFAULT_PROFILES, parseProfiles } from "./ca/fabric/signing-profiles";
import { RENEW_DAYS, renewIdentity } from "./ca/identity";
import { publish } from "./ca/init";
import { IDENTITY_TYPES } from "./ca/issuer";
import { ORGANISATION_TYPES } from "./ca/profile";
import { retireRoot, rotateRoot } from "./ca/rotation";
import { consent, signatoryOf } from "./consent";
import { serve } from "./serve";
import { readSettings } from "./settings";

const USAGE = `organisation <command> --dir FOLDER

  init    --id ID --msp MSPID --name NAME [--kind peer|orderer|operator] [--demonstration]
          founds the organisation: root, records and, for kind peer, the identity of its peer; keeps what exists
          [--fabric-ca URL --registrar NAME --secret-file FILE [--ca-name NAME] [--tls-root FILE] [--profiles default=8760,…]]
          with a fabric-ca-server as its authority instead of a root of its own; profiles as in the server's configuration
  issue   --type client|peer|orderer|admin --cn NAME --out FOLDER [--tls-host HOST,…] [--role ROLE] [--name NAME]
          a key and its certificate for a machine or a command line
  code    --login LOGIN --name NAME --role ROLE [--hours 48] [--administrator]
          a one-time enrolment code for a person; shown once. An administrator invites others in the signer
  codes   every code that was given out, and what became of it
  withdraw  --code-id ID
          makes a code useless that was not used yet
  registrar  --cn NAME@ORGANISATION
          a secret with which fabric-ca-client enrols a registrar of this authority; shown once, works once
  revoke  --cn NAME --reason TEXT
          revokes every certificate of that name
  renew   --out FOLDER [--within DAYS]
          a new certificate for the key in a folder, when its certificate ends within DAYS (30); restart what uses it
  rotate  a new root, which issues from now on, beside the old one (docs/operations.md)
  retire  ends the former root and revokes what it issued
  crl     the signed revocation list, PEM, as a channel's configuration takes it
  consent --network FILE --relay URL [--terms FILE]
          signs for the organisation who must endorse what (default: the founding agreement); in force when all have signed the same
  serve   runs the certificate authority and the signer (settings from the environment: docs/architecture.md)
`;

const OPTIONS = {
  dir: { type: "string" },
  id: { type: "string" },
  msp: { type: "string" },
  name: { type: "string" },
  kind: { type: "string" },
  demonstration: { type: "boolean" },
  type: { type: "string" },
  cn: { type: "string" },
  out: { type: "string" },
  "tls-host": { type: "string" },
  role: { type: "string" },
  login: { type: "string" },
  hours: { type: "string" },
  reason: { type: "string" },
  within: { type: "string" },
  "fabric-ca": { type: "string" },
  registrar: { type: "string" },
  "secret-file": { type: "string" },
  "ca-name": { type: "string" },
  "tls-root": { type: "string" },
  profiles: { type: "string" },
  network: { type: "string" },
  relay: { type: "string" },
  terms: { type: "string" },
  administrator: { type: "boolean" },
  "code-id": { type: "string" },
  help: { type: "boolean" },
} as const;

const HOUR_MS = 3_600_000;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];
type TextOption = Exclude<keyof Values, "demonstration" | "administrator" | "help">;

class UsageError extends TypeError {}

function need(values: Values, option: TextOption): string {
  const value = values[option];
  if (value === undefined) throw new UsageError(`--${option} is missing`);
  return value;
}

function oneOf<T extends string>(values: Values, option: TextOption, allowed: readonly T[], fallback?: T): T {
  const value = values[option] ?? fallback ?? need(values, option);
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${option} must be one of ${allowed.join(", ")}`);
  return found;
}

async function found(values: Values, profile: Omit<OrganisationProfile, "demonstration">): Promise<Issuer> {
  const dir = need(values, "dir");
  if (values["fabric-ca"] === undefined) return initialise(dir, { ...profile, demonstration: values.demonstration ?? false });
  if (values.demonstration) throw new UsageError("--demonstration marks a root of our own; a fabric-ca-server's root is what it is");
  const name = values["ca-name"];
  const profiles = values.profiles === undefined ? [...DEFAULT_PROFILES] : parseProfiles(values.profiles);
  await joinFabricCa(dir, {
    profile: { ...profile, fabricCa: { url: values["fabric-ca"], profiles, ...(name === undefined ? {} : { name }) } },
    tlsRoot: values["tls-root"] === undefined ? undefined : await readFile(values["tls-root"], "utf8"),
    registrar: { id: need(values, "registrar"), secret: (await readFile(need(values, "secret-file"), "utf8")).trim() },
  });
  const ca = await openIssuer(dir);
  await publish(ca);
  return ca;
}

const commands: Readonly<Record<string, (values: Values) => Promise<void>>> = {
  init: async (values) => {
    const profile = {
      id: need(values, "id"),
      mspId: need(values, "msp"),
      name: need(values, "name"),
      type: oneOf(values, "kind", ORGANISATION_TYPES, "peer"),
    };
    const ca = await found(values, profile);
    console.log(`${ca.profile.name} is founded in ${ca.dir}`);
  },
  issue: async (values) => {
    const ca = await openIssuer(need(values, "dir"));
    const out = need(values, "out");
    await issueIdentity(ca, {
      type: oneOf(values, "type", IDENTITY_TYPES),
      commonName: need(values, "cn"),
      out,
      ...(values["tls-host"] === undefined ? {} : { tlsHosts: values["tls-host"].split(",") }),
      ...(values.role === undefined ? {} : { role: oneOf(values, "role", ROLES) }),
      ...(values.name === undefined ? {} : { name: values.name }),
    });
    console.log(`identity ${need(values, "cn")} is in ${out}`);
  },
  code: async (values) => {
    const ca = await openIssuer(need(values, "dir"));
    const person = personSchema.parse({
      login: need(values, "login"),
      name: need(values, "name"),
      role: oneOf(values, "role", ROLES),
      ...(values.administrator ? { administrator: true } : {}),
    });
    console.log(await createCode(ca.dir, ca.profile, person, Number(values.hours ?? "48") * HOUR_MS));
  },
  registrar: async (values) => {
    const ca = await CertificateAuthority.open(need(values, "dir"));
    const registration = { id: need(values, "cn"), type: "client", maxEnrollments: 1, attributes: [...REGISTRAR] } as const;
    console.log(await new Registry(ca.dir).register(registration));
  },
  codes: async (values) => {
    for (const { id, state, login, name, role, by, expires } of await listCodes(need(values, "dir")))
      console.log([id, state, `${login} (${name}), ${role}`, `by ${by}`, `ends ${new Date(expires).toISOString()}`].join("  "));
  },
  withdraw: async (values) => {
    const done = await withdrawCode(need(values, "dir"), need(values, "code-id"));
    console.log(done ? "withdrawn" : "no open code has that id: nothing was done");
  },
  renew: async (values) => {
    const ca = await openIssuer(need(values, "dir"));
    const until = Date.now() + Number(values.within ?? RENEW_DAYS) * 24 * HOUR_MS;
    const renewed = await renewIdentity(ca, need(values, "out"), ({ notAfter }) => notAfter.getTime() <= until);
    console.log(renewed === undefined ? "it does not end so soon: nothing was done" : "renewed");
  },
  rotate: async (values) => {
    await rotateRoot(need(values, "dir"));
    console.log(
      "A new root issues from now on. Restart the service, put the new root into the channel, issue every identity anew, then retire.",
    );
  },
  retire: async (values) => {
    console.log(`${await retireRoot(need(values, "dir"))} certificates of the former root were still open and are revoked`);
  },
  crl: async (values) => {
    process.stdout.write(await (await openIssuer(need(values, "dir"))).crl());
  },
  revoke: async (values) => {
    const ca = await openIssuer(need(values, "dir"));
    console.log(`${await ca.revoke(need(values, "cn"), need(values, "reason"))} certificates revoked`);
  },
  consent: async (values) => {
    const ca = await openIssuer(need(values, "dir"));
    const terms = values.terms === undefined ? FOUNDING_TERMS : termsSchema.parse(JSON.parse(await readFile(values.terms, "utf8")));
    const signatory = { ...(await signatoryOf(ca)), network: need(values, "network"), relay: need(values, "relay") };
    const { version, inForce } = await consent(signatory, terms);
    console.log(`${ca.profile.name} has signed agreement ${version}; it ${inForce ? "is in force" : "waits for the other organisations"}`);
  },
  serve: async (values) => {
    const running = await serve(need(values, "dir"), readSettings(process.env));
    const stop = () => {
      running.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    console.log(JSON.stringify({ ready: true, ca: running.caPort, signer: running.signerPort }));
  },
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const command = commands[positionals[0] ?? ""];
  if (values.help || command === undefined) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await command(values);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
