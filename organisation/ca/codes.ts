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
import { filesIn, makePrivateFolder, readIfThere, syncFolder, writeWhole } from "./folder";
import { type OrganisationProfile, rolesOf } from "./profile";
import { sha256Hex } from "./x509";

/** Crockford's base 32: no I, L, O, U, so that a code survives being read aloud. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;

export const personSchema = z.strictObject({
  login: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,31}$/),
  name: z.string().trim().min(1).max(64),
  role: z.enum(ROLES),
  /** May invite others. */
  administrator: z.literal(true).optional(),
});
export type PersonGrant = z.infer<typeof personSchema>;
/** What stands in a code's file; the code itself does not. Those made before invitations were listed have no id. */
const grantSchema = personSchema.extend({
  expires: z.int(),
  id: z.string().optional(),
  by: z.string().optional(),
  at: z.int().optional(),
});

const folderOf = (dir: string): string => join(dir, "ca", "codes");
/** Case, hyphens, spaces and the letters that look like digits do not matter. */
const normalise = (code: string): string => code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
const fileOf = (dir: string, code: string): string => join(folderOf(dir), sha256Hex(`winterseal/enrolment-code/1\n${normalise(code)}`));

/**
 * Makes a code for a person. It is returned once and stored only as its hash: 60 random bits, useless after `lifeMs` or one use.
 * @throws WintersealError ARGUMENT_INVALID for a role that this organisation does not give
 */
export async function createCode(
  dir: string,
  profile: OrganisationProfile,
  person: PersonGrant,
  lifeMs: number,
  by = "the organisation",
): Promise<string> {
  const grant = personSchema.parse(person);
  if (!rolesOf(profile).includes(grant.role)) {
    throw new WintersealError("ARGUMENT_INVALID", `${profile.name} gives no role "${grant.role}"; it gives ${rolesOf(profile).join(", ")}`);
  }
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  const code = letters.replace(/(.{4})(.{4})(.{4})/, "$1-$2-$3");
  const now = Date.now();
  const id = randomBytes(8).toString("hex");
  await makePrivateFolder(folderOf(dir));
  await writeWhole(fileOf(dir, code), JSON.stringify({ ...grant, expires: now + lifeMs, id, by, at: now }), 0o600);
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
  const { expires, id: _, by: _by, at: _at, ...person } = grantSchema.parse(JSON.parse(text));
  if (now > expires) throw new WintersealError("ENROLMENT_CODE_EXPIRED");
  if ((await readIfThere(`${path}.withdrawn`)) !== undefined) throw new WintersealError("ENROLMENT_CODE_EXPIRED", "The code was withdrawn");
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

/** A code that was given out, as its organisation sees it afterwards. */
export interface Invited {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: PersonGrant["role"];
  readonly administrator: boolean;
  readonly by: string;
  /** ms UTC */
  readonly at: number;
  readonly expires: number;
  readonly state: "open" | "used" | "ended" | "withdrawn";
}

/** Every code that was made and has an id, newest first. */
export async function listCodes(dir: string, now = Date.now()): Promise<readonly Invited[]> {
  const found = await Promise.all((await codeFiles(dir)).map((path) => readInvited(path, now)));
  return found.flatMap((it) => (it === undefined ? [] : [it.invited])).sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
}

/**
 * Makes an open code useless. One that was used stays so: what was issued for it is revoked by its name.
 * @returns false when no code has that id, or it is not open any more
 */
export async function withdrawCode(dir: string, id: string, now = Date.now()): Promise<boolean> {
  for (const path of await codeFiles(dir)) {
    const found = await readInvited(path, now);
    if (found?.invited.id !== id || found.invited.state !== "open") continue;
    await writeWhole(`${path}.withdrawn`, "", 0o600);
    return true;
  }
  return false;
}

const codeFiles = async (dir: string): Promise<readonly string[]> =>
  (await filesIn(folderOf(dir), "")).filter((path) => /[0-9a-f]{64}$/.test(path));

async function readInvited(path: string, now: number): Promise<{ readonly invited: Invited } | undefined> {
  const {
    expires,
    id,
    by = "",
    at = 0,
    administrator = false,
    login,
    name,
    role,
  } = grantSchema.parse(JSON.parse((await readIfThere(path)) ?? "{}"));
  if (id === undefined) return undefined;
  const [withdrawn, used] = await Promise.all([readIfThere(`${path}.withdrawn`), readIfThere(`${path}.used`)]);
  const state = used !== undefined ? "used" : withdrawn !== undefined ? "withdrawn" : now > expires ? "ended" : "open";
  return { invited: { id, login, name, role, administrator, by, at, expires, state } };
}
