/**
 * Administrators of the organisation invite its people: who may is decided by a certificate of this authority, and each request carries a
 * signature of its own. The website has no part in it, and the signer's server only passes it on.
 */
import { verify, X509Certificate } from "node:crypto";
import * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { type InvitationAction, parseInvitationRequest } from "../../lib/messages/invitations";
import { ATTRIBUTES, organisationKind, type Role } from "../../lib/messages/names";
import { createCode, type Invited, listCodes, withdrawCode } from "./codes";
import { readAttributes } from "./extensions";
import type { Issuer } from "./issuer";

export const invitationBodySchema = z.strictObject({
  text: z.string().max(2_000),
  certificate: z.string().max(8_192),
  /** Base64 of r ‖ s. */
  signature: z.base64().max(120),
});

/** A request is good this long around its own time. */
const FRESH_MS = 2 * 60_000;
const DAY_MS = 24 * 3_600_000;

export interface InvitationsAnswer {
  readonly invitations: readonly Invited[];
  /** The code that was made; told this once. */
  readonly code?: string;
  /** Who asked for what, for the log. */
  readonly by: string;
  readonly action: InvitationAction["do"];
}

export class Invitations {
  readonly #ca: Issuer;
  readonly #startedAt: number;
  /** Nonces of requests that were taken, with their time: each request once. */
  readonly #taken = new Map<string, number>();

  constructor(ca: Issuer, startedAt = Date.now()) {
    this.#ca = ca;
    this.#startedAt = startedAt;
  }

  /**
   * @throws WintersealError ARGUMENT_INVALID with the field, SIGNATURE_INVALID, CHALLENGE_INVALID (too old, used, another organisation's),
   * ACCESS_DENIED, and what {@link Issuer.recognise} throws
   */
  async answer({ text, certificate, signature }: z.infer<typeof invitationBodySchema>, now = Date.now()): Promise<InvitationsAnswer> {
    const request = parseInvitationRequest(text);
    if ("wrong" in request) throw new WintersealError("ARGUMENT_INVALID", request.wrong, { field: request.field });
    const known = await this.#ca.recognise(certificate, now);
    const attributes = readAttributes(known);
    // An auditor changes nothing: inviting somebody who acts would be acting.
    if (attributes[ATTRIBUTES.administrator] !== "yes" || attributes[ATTRIBUTES.role] === "auditor")
      throw new WintersealError("ACCESS_DENIED", "Only an administrator of the organisation invites people");
    const key = new X509Certificate(known.toString("pem")).publicKey;
    const raw = Buffer.from(signature, "base64");
    if (raw.length !== 64 || !verify("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }, raw))
      throw new WintersealError("SIGNATURE_INVALID");
    this.#takeOnce(request, now);
    const by = known.subjectName.getField("CN")[0] ?? "";
    const code = await this.#act(request.action, by);
    const invitations = await listCodes(this.#ca.dir, now);
    return { invitations, ...(code === undefined ? {} : { code }), by, action: request.action.do };
  }

  /** What was signed before this process began could have been taken by the one before. */
  #takeOnce(
    { organisation, nonce, at }: { readonly organisation: string; readonly nonce: string; readonly at: number },
    now: number,
  ): void {
    for (const [known, time] of this.#taken) if (time < now - 2 * FRESH_MS) this.#taken.delete(known);
    const isFresh = Math.abs(now - at) <= FRESH_MS && at >= this.#startedAt - 1_000;
    if (organisation !== this.#ca.profile.id || !isFresh || this.#taken.has(nonce))
      throw new WintersealError("CHALLENGE_INVALID", "The request is too old, or was used, or is for another organisation");
    this.#taken.set(nonce, now);
  }

  async #act(action: InvitationAction, by: string): Promise<string | undefined> {
    const { dir, profile } = this.#ca;
    switch (action.do) {
      case "list":
        return undefined;
      case "withdraw":
        if (!(await withdrawCode(dir, action.id)))
          throw new WintersealError("ARGUMENT_INVALID", "No open code has that id", { field: "id" });
        return undefined;
      case "invite": {
        const { login, name, days, administrator } = action;
        if (administrator && action.role === "auditor")
          throw new WintersealError("ARGUMENT_INVALID", "An auditor changes nothing and so invites nobody", { field: "administrator" });
        const person = { login, name, role: roleOf(action.role, profile.mspId), ...(administrator ? { administrator } : {}) };
        return createCode(dir, profile, person, days * DAY_MS, by);
      }
    }
  }
}

/** An administrator gives out the organisation's own role and the auditor's; command lines and signatories are the folder's owner's to make. */
function roleOf(asked: "own" | "auditor", mspId: string): Role {
  const kind = organisationKind(mspId);
  if (kind === undefined) throw new WintersealError("ACCESS_DENIED", "the organisation is not on this channel");
  return asked === "auditor" ? "auditor" : kind;
}
