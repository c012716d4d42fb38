/** Who may enrol by name and secret, as Fabric CA's registry keeps it: an append-only record of which the last line of a name counts. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { AppendLog } from "../append-log";
import { IDENTITY_TYPES } from "../issuer";
import { FABRIC_CODES, FabricCaError, unauthenticated } from "./envelope";

export const attributeSchema = z.object({ name: z.string().min(1).max(128), value: z.string().max(1024), ecert: z.boolean().optional() });
export type Attribute = z.infer<typeof attributeSchema>;

const identitySchema = z.strictObject({
  id: z.string(),
  type: z.enum(IDENTITY_TYPES),
  /** Hex of salt and scrypt hash. */
  salt: z.string(),
  hash: z.string(),
  /** How often the secret may be used; -1 = without limit. */
  maxEnrollments: z.int(),
  /** How often it was used; -1 = the identity is disabled. */
  enrollments: z.int(),
  attributes: z.array(attributeSchema).readonly(),
});
export type RegisteredIdentity = z.infer<typeof identitySchema>;
export type Registration = Pick<RegisteredIdentity, "id" | "type" | "maxEnrollments" | "attributes"> & {
  readonly secret?: string | undefined;
};

const derive = promisify(scrypt) as (secret: string, salt: Buffer, length: number) => Promise<Buffer>;
const HASH_BYTES = 32;
/** A secret that nobody chose: 120 random bits. */
const newSecret = (): string => randomBytes(15).toString("base64url");

export class Registry {
  readonly #log: AppendLog<RegisteredIdentity>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(dir: string) {
    this.#log = new AppendLog(join(dir, "ca", "identities.jsonl"), identitySchema);
  }

  async all(): Promise<readonly RegisteredIdentity[]> {
    return [...new Map((await this.#log.entries()).map((entry) => [entry.id, entry])).values()];
  }

  async find(id: string): Promise<RegisteredIdentity | undefined> {
    return (await this.all()).find((entry) => entry.id === id);
  }

  /** @throws FabricCaError when there is no such identity */
  async get(id: string): Promise<RegisteredIdentity> {
    const found = await this.find(id);
    if (found === undefined) throw new FabricCaError(404, FABRIC_CODES.notFound, "Failed to get User: sql: no rows in result set");
    return found;
  }

  /** @returns the secret. @throws FabricCaError when the name is taken */
  register({ secret = newSecret(), ...registration }: Registration): Promise<string> {
    return this.#alone(async () => {
      const { id } = registration;
      if ((await this.find(id)) !== undefined) {
        throw new FabricCaError(409, FABRIC_CODES.duplicate, `Registration of '${id}' failed: Identity '${id}' is already registered`);
      }
      await this.#log.append({ ...registration, ...(await hashed(secret)), enrollments: 0 });
      return secret;
    });
  }

  /** Changes what is given; attributes are replaced by name, an empty value removes one. */
  modify(id: string, changes: Partial<Registration>): Promise<RegisteredIdentity> {
    return this.#alone(async () => {
      const { secret, attributes = [], ...rest } = changes;
      const before = await this.get(id);
      const names = new Set(attributes.map(({ name }) => name));
      const kept = before.attributes.filter(({ name }) => !names.has(name));
      const after: RegisteredIdentity = {
        ...before,
        ...rest,
        ...(secret === undefined ? {} : await hashed(secret)),
        attributes: [...kept, ...attributes.filter(({ value }) => value !== "")],
      };
      await this.#log.append(after);
      return after;
    });
  }

  /**
   * Checks a secret and does `work` while the identity's turn lasts; when that succeeded, one enrolment is used up.
   * @throws FabricCaError
   */
  spend<T>(id: string, secret: string, work: (identity: RegisteredIdentity) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      const identity = await this.find(id);
      if (identity === undefined || !(await matches(identity, secret))) throw unauthenticated(`wrong name or secret: ${id}`);
      const { maxEnrollments, enrollments } = identity;
      if (enrollments < 0) throw unauthenticated(`${id} is disabled`);
      if (maxEnrollments >= 0 && enrollments >= maxEnrollments) throw unauthenticated(`${id} has enrolled ${enrollments} times already`);
      const result = await work(identity);
      await this.#log.append({ ...identity, enrollments: enrollments + 1 });
      return result;
    });
  }

  /** Takes an identity's right to enrol; unknown names are no error. */
  disable(id: string): Promise<void> {
    return this.#alone(async () => {
      const identity = await this.find(id);
      if (identity !== undefined) await this.#log.append({ ...identity, enrollments: -1 });
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work);
    this.#tail = next.catch(() => undefined);
    return next;
  }
}

async function hashed(secret: string): Promise<{ salt: string; hash: string }> {
  const salt = randomBytes(16);
  return { salt: salt.toString("hex"), hash: (await derive(secret, salt, HASH_BYTES)).toString("hex") };
}

async function matches({ salt, hash }: RegisteredIdentity, secret: string): Promise<boolean> {
  return timingSafeEqual(await derive(secret, Buffer.from(salt, "hex"), HASH_BYTES), Buffer.from(hash, "hex"));
}
