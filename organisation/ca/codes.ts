/**
 * One-time enrolment codes: what an organisation gives a person outside the website (on paper, by telephone). Each is one file named by its
 * hash; using it creates a second file, which the file system lets happen once, whatever processes run.
 */
import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { ROLES } from "../../lib/messages/names";
import { makePrivateFolder, readIfThere, syncFolder, writeWhole } from "./folder";
import { type OrganisationProfile, rolesOf } from "./profile";
import { sha256Hex } from "./x509";

/** Crockford's base 32: no I, L, O, U, so that a code survives being read aloud. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;

export const personSchema = z.strictObject({
  login: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,31}$/),
  name: z.string().trim().min(1).max(64),
  role: z.enum(ROLES),
});
export type PersonGrant = z.infer<typeof personSchema>;
const grantSchema = personSchema.extend({ expires: z.int() });

const folderOf = (dir: string): string => join(dir, "ca", "codes");
/** Case, hyphens, spaces and the letters that look like digits do not matter. */
const normalise = (code: string): string => code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
const fileOf = (dir: string, code: string): string => join(folderOf(dir), sha256Hex(`winterseal/enrolment-code/1\n${normalise(code)}`));

/**
 * Makes a code for a person. It is returned once and stored only as its hash: 60 random bits, useless after `lifeMs` or one use.
 * @throws WintersealError ARGUMENT_INVALID for a role that this organisation does not give
 */
export async function createCode(dir: string, profile: OrganisationProfile, person: PersonGrant, lifeMs: number): Promise<string> {
  const grant = personSchema.parse(person);
  if (!rolesOf(profile).includes(grant.role)) {
    throw new WintersealError("ARGUMENT_INVALID", `${profile.name} gives no role "${grant.role}"; it gives ${rolesOf(profile).join(", ")}`);
  }
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  const code = letters.replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
  await makePrivateFolder(folderOf(dir));
  await writeWhole(fileOf(dir, code), JSON.stringify({ ...grant, expires: Date.now() + lifeMs }), 0o600);
  return code;
}

/**
 * Whom a code is for, without using it.
 * @throws WintersealError ENROLMENT_CODE_UNKNOWN, ENROLMENT_CODE_EXPIRED, ENROLMENT_CODE_USED
 */
export async function findCode(dir: string, code: string, now = Date.now()): Promise<PersonGrant> {
  const path = fileOf(dir, code);
  const text = await readIfThere(path);
  if (text === undefined) throw new WintersealError("ENROLMENT_CODE_UNKNOWN");
  const { expires, ...person } = grantSchema.parse(JSON.parse(text));
  if (now > expires) throw new WintersealError("ENROLMENT_CODE_EXPIRED");
  if ((await readIfThere(`${path}.used`)) !== undefined) throw new WintersealError("ENROLMENT_CODE_USED");
  return person;
}

/**
 * Uses a code up while `work` lasts. It stays used when that fails, and the person asks for another one; only an authority that cannot be
 * reached gives it back.
 * @throws WintersealError as {@link findCode}
 */
export async function redeemCode<T>(dir: string, code: string, work: (person: PersonGrant) => Promise<T>, now = Date.now()): Promise<T> {
  const person = await findCode(dir, code, now);
  const used = `${fileOf(dir, code)}.used`;
  await claim(used);
  await syncFolder(folderOf(dir));
  try {
    return await work(person);
  } catch (error) {
    if (error instanceof WintersealError && error.code === "UNAVAILABLE") await rm(used);
    throw error;
  }
}

async function claim(path: string): Promise<void> {
  try {
    const handle = await open(path, "wx", 0o600);
    await handle.close();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") throw new WintersealError("ENROLMENT_CODE_USED");
    throw cause;
  }
}
