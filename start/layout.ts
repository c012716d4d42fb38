import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The parties of the one-machine set-up: three organisations with peers, the operator, the orderer. */
export const ORGANISATIONS = [
  { id: "authority", mspId: "AuthorityMSP", name: "Aare Calibration Authority" },
  { id: "shipper", mspId: "ShipperMSP", name: "Rheinhafen Pharma" },
  { id: "recipient", mspId: "RecipientMSP", name: "Hospital Santa Aurélia" },
] as const;
export const OPERATOR = { id: "operator", mspId: "OperatorMSP", name: "Winterseal Operations" } as const;
export const ORDERER = { id: "orderer", mspId: "OrdererMSP", name: "Ordering Service" } as const;

/** Paths inside the data folder; docs/architecture.md tells what each is. */
export interface Layout {
  readonly data: string;
  readonly network: string;
  readonly ledgerConfig: string;
  readonly secrets: string;
  readonly ledger: string;
  /** A Fabric network's own files: settings, membership folders, ledgers of its nodes. */
  readonly fabric: string;
  readonly postgres: string;
  readonly logs: string;
  readonly running: string;
  /** How command-line tools reach what runs on this data folder. */
  readonly endpoints: string;
  readonly operator: string;
  readonly broker: string;
  readonly devices: string;
  readonly people: string;
  organisation(id: string): string;
}

/**
 * Distinct organisations that must endorse in a network that is made now: any two of the three (design), unless `WINTERSEAL_ENDORSEMENTS` asks for
 * another number of them. A network that exists keeps what it was made with.
 * @throws Error unless it is 1, 2 or 3
 */
export function endorsementsOf(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const asked = env.WINTERSEAL_ENDORSEMENTS ?? "2";
  if (!/^[123]$/.test(asked)) throw new Error("WINTERSEAL_ENDORSEMENTS: 1, 2 or 3 of the three organisations");
  return Number(asked);
}

export function layoutOf(dataFolder: string): Layout {
  const data = resolve(dataFolder);
  return {
    data,
    network: join(data, "network.json"),
    ledgerConfig: join(data, "ledger.json"),
    secrets: join(data, "secrets.json"),
    ledger: join(data, "ledger"),
    fabric: join(data, "fabric"),
    postgres: join(data, "postgres"),
    logs: join(data, "logs"),
    running: join(data, "running.json"),
    endpoints: join(data, "endpoints.json"),
    operator: join(data, "operator"),
    broker: join(data, "broker"),
    devices: join(data, "devices"),
    people: join(data, "people"),
    organisation: (id) => join(data, "organisations", id),
  };
}

/** Secrets of the set-up that belong to no organisation: the database's password and the site's session secret. */
interface Secrets {
  readonly databasePassword: string;
  readonly sessionSecret: string;
}

/** Reads the set-up's secrets; makes them at the first start. */
export function secretsOf(layout: Layout): Secrets {
  const file = layout.secrets;
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Secrets;
  const secrets = { databasePassword: randomBytes(24).toString("hex"), sessionSecret: randomBytes(32).toString("hex") };
  mkdirSync(layout.data, { recursive: true });
  writeWhole(file, JSON.stringify(secrets, null, 2), 0o600);
  return secrets;
}

/** Addresses of a running stack, for command-line tools that get only `--data DIR`. Readable by its owner: the database's password is in it. */
export interface Endpoints {
  readonly site: string;
  readonly relay: string;
  readonly ca: string;
  readonly databaseUrl: string;
  readonly mqttUrl: string;
}

/** Writes a file so that a reader finds the old or the new content, never a part. */
export function writeWhole(file: string, content: string, mode = 0o644): void {
  const next = `${file}.next`;
  writeFileSync(next, content, { mode });
  renameSync(next, file);
}
