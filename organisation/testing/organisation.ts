/** Organisations in temporary folders, people and devices for tests. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rawToDer } from "../../device/ts/der";
import { formProposal, invocationArgs, serializedIdentity, signedProposal } from "../../device/ts/fabric";
import { keySigner } from "../../device/ts/signer-node";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import type { FunctionName } from "../../lib/messages/functions";
import type { Role } from "../../lib/messages/names";
import type { Statement } from "../../lib/messages/statements";
import { type CertificateAuthority, createCode, createRequest, enrolPerson, initialise } from "../ca";
import { P256, thumbprintOf, x509 } from "../ca/x509";

export const CONTRACT = { channel: "coldchain", chaincode: "winterseal" } as const;
const DAY_MS = 24 * 3_600_000;

const NAMES = { authority: "AuthorityMSP", shipper: "ShipperMSP", recipient: "RecipientMSP" } as const;

export interface TestOrganisation {
  readonly ca: CertificateAuthority;
  readonly dir: string;
  remove(): Promise<void>;
}

export async function foundOrganisation(id: keyof typeof NAMES): Promise<TestOrganisation> {
  const parent = await mkdtemp(join(tmpdir(), "winterseal-organisation-"));
  const dir = join(parent, id);
  const ca = await initialise(dir, { id, mspId: NAMES[id], name: `Test ${id}`, type: "peer", demonstration: true });
  return { ca, dir, remove: () => rm(parent, { recursive: true, force: true }) };
}

export const newKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(P256, true, ["sign", "verify"]);

export interface TestPerson {
  readonly keys: CryptoKeyPair;
  readonly certificate: string;
  readonly privateKey: string;
}

export async function enrolTestPerson(organisation: TestOrganisation, login: string, role: Role, now = Date.now()): Promise<TestPerson> {
  const { ca, dir } = organisation;
  const code = await createCode(dir, ca.profile, { login, name: `Person ${login}`, role }, DAY_MS);
  const keys = await newKeys();
  const { certificate } = await enrolPerson(ca, { code, csr: await createRequest("somebody else", keys) }, now);
  const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { keys, certificate, privateKey };
}

export const thumbprint = async (keys: CryptoKeyPair): Promise<string> => thumbprintOf(await x509.PublicKey.create(keys.publicKey));

export async function registration(sensor: string, keys: CryptoKeyPair, now = Date.now()): Promise<Statement<"sensor:Register">> {
  return {
    sensor,
    thumbprint: await thumbprint(keys),
    model: "Polarlog T2",
    owner: "ShipperMSP",
    calibration: {
      number: "KL-2026-11873",
      hash: "c0".repeat(32),
      laboratory: "Messlabor Kander, Thun",
      from: now - 10 * DAY_MS,
      to: now + 300 * DAY_MS,
      min: -30_000,
      max: 50_000,
      uncertainty: 200,
    },
  };
}

export interface ApprovalOptions {
  readonly mspId?: string;
  readonly channel?: string;
  readonly chaincode?: string;
  readonly function?: FunctionName;
  readonly arguments?: readonly Uint8Array[];
  readonly timestamp?: number;
}

/** Signs an approval as a signer does. */
export async function approve(person: TestPerson, statement: unknown, options: ApprovalOptions = {}): Promise<Uint8Array> {
  const signer = keySigner(options.mspId ?? "AuthorityMSP", person.certificate, person.privateKey);
  const args = options.arguments ?? [canonicalBytes(statement as CanonicalValue)];
  const proposal = formProposal(
    serializedIdentity(signer.mspId, signer.certificate),
    {
      channel: options.channel ?? CONTRACT.channel,
      chaincode: options.chaincode ?? CONTRACT.chaincode,
      args: invocationArgs(options.function ?? "sensor:Register", args),
    },
    crypto.getRandomValues(new Uint8Array(24)),
    options.timestamp ?? Date.now(),
  );
  return signedProposal(proposal.bytes, rawToDer(await signer.sign(proposal.bytes)));
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const readText = (path: string): Promise<string> => readFile(path, "utf8");
