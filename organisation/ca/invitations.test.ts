import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatInvitationRequest, type InvitationAction } from "../../lib/messages/invitations";
import { foundOrganisation, newKeys, type TestOrganisation } from "../testing/organisation";
import { createCode, listCodes } from "./codes";
import { createRequest } from "./csr";
import { enrolPerson } from "./enrol";
import { Invitations } from "./invitations";

const NOW = Date.now();
const DAY = 86_400_000;
const invite = { do: "invite", login: "mara", name: "Mara Frei", role: "own", administrator: false, days: 2 } as const;

interface Person {
  readonly keys: CryptoKeyPair;
  readonly certificate: string;
}

let shipper: TestOrganisation;
let other: TestOrganisation;
let lena: Person;
let plain: Person;
let invitations: Invitations;
let nonce = 0;

async function enrol({ ca, dir }: TestOrganisation, login: string, role: "shipper" | "auditor", administrator: boolean): Promise<Person> {
  const code = await createCode(dir, ca.profile, { login, name: login, role, ...(administrator ? { administrator } : {}) }, DAY);
  const keys = await newKeys();
  return { keys, ...(await enrolPerson(ca, { code, csr: await createRequest("x", keys) }, NOW)) };
}

beforeAll(async () => {
  [shipper, other] = await Promise.all([foundOrganisation("shipper"), foundOrganisation("shipper")]);
  lena = await enrol(shipper, "lena", "shipper", true);
  plain = await enrol(shipper, "plain", "shipper", false);
  invitations = new Invitations(shipper.ca, NOW - DAY);
});
afterAll(() => Promise.all([shipper.remove(), other.remove()]));

interface Altered {
  readonly organisation?: string;
  readonly at?: number;
  readonly signed?: string;
  readonly by?: Person;
  readonly certificate?: string;
}

async function requestOf(
  action: InvitationAction,
  { organisation = "shipper", at = NOW, signed, by = lena, certificate = by.certificate }: Altered = {},
) {
  const text = formatInvitationRequest({ organisation, nonce: String(nonce++).padStart(32, "0"), at, action });
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.keys.privateKey, new TextEncoder().encode(signed ?? text));
  return { text, certificate, signature: Buffer.from(raw).toString("base64") };
}

const ask = async (action: InvitationAction, altered: Altered = {}) => invitations.answer(await requestOf(action, altered), NOW);
const coded = (code: string) => expect.objectContaining({ code });

describe("invitations", () => {
  it("make a code that enrols exactly whom the administrator named", async () => {
    const { code = "", by } = await ask(invite);
    expect(by).toBe("lena@shipper");
    const keys = await newKeys();
    const { person } = await enrolPerson(shipper.ca, { code, csr: await createRequest("x", keys) }, NOW);
    expect(person).toEqual({ commonName: "mara@shipper", name: "Mara Frei", role: "shipper" });
    const [listed] = (await ask({ do: "list" })).invitations;
    expect(listed).toMatchObject({ login: "mara", by: "lena@shipper", state: "used" });
  });

  it("end with their day, or when they are withdrawn, and are never withdrawn twice or by a stranger's id", async () => {
    const { code = "", invitations: after } = await ask({ ...invite, login: "nora", role: "auditor" });
    const id = after.find(({ login }) => login === "nora")?.id ?? "";
    expect((await listCodes(shipper.dir, NOW + 3 * DAY)).find((it) => it.id === id)?.state).toBe("ended");
    expect((await ask({ do: "withdraw", id })).invitations.find((it) => it.id === id)?.state).toBe("withdrawn");
    const csr = await createRequest("x", await newKeys());
    await expect(enrolPerson(shipper.ca, { code, csr }, NOW)).rejects.toEqual(coded("ENROLMENT_CODE_EXPIRED"));
    await expect(ask({ do: "withdraw", id })).rejects.toEqual(coded("ARGUMENT_INVALID"));
    await expect(ask({ do: "withdraw", id: "0".repeat(16) })).rejects.toEqual(coded("ARGUMENT_INVALID"));
  });

  it("never show a code again, nor its hash", async () => {
    const { code = "", invitations: after } = await ask({ ...invite, login: "olga" });
    expect(JSON.stringify(after)).not.toContain(code);
    expect(JSON.stringify(after)).not.toMatch(/[0-9a-f]{64}/);
  });

  it("are an administrator's: nobody else of the organisation, no auditor, nobody of another", async () => {
    await expect(ask(invite, { by: plain })).rejects.toEqual(coded("ACCESS_DENIED"));
    await expect(ask({ do: "list" }, { by: plain })).rejects.toEqual(coded("ACCESS_DENIED"));
    await expect(ask({ do: "list" }, { by: await enrol(shipper, "aud", "auditor", true) })).rejects.toEqual(coded("ACCESS_DENIED"));
    await expect(ask(invite, { by: await enrol(other, "lena", "shipper", true) })).rejects.toEqual(coded("CERTIFICATE_UNTRUSTED"));
    await expect(ask(invite, { by: plain, certificate: lena.certificate })).rejects.toEqual(coded("SIGNATURE_INVALID"));
    const leaver = await enrol(shipper, "leaver", "shipper", true);
    await shipper.ca.revoke("leaver@shipper", "left");
    await expect(ask(invite, { by: leaver })).rejects.toEqual(coded("CERTIFICATE_REVOKED"));
  });

  it("are asked for once, in time, by a signature over this very request", async () => {
    const request = await requestOf({ do: "list" });
    await invitations.answer(request, NOW);
    await expect(invitations.answer(request, NOW)).rejects.toEqual(coded("CHALLENGE_INVALID"));
    for (const altered of [{ at: NOW - 3 * 60_000 }, { at: NOW + 3 * 60_000 }, { organisation: "recipient" }])
      await expect(ask(invite, altered)).rejects.toEqual(coded("CHALLENGE_INVALID"));
    await expect(ask(invite, { signed: "something else" })).rejects.toEqual(coded("SIGNATURE_INVALID"));
    // A process that begins anew does not know what was taken before.
    const restarted = new Invitations(shipper.ca, NOW + 30_000);
    await expect(restarted.answer(await requestOf(invite), NOW + 31_000)).rejects.toEqual(coded("CHALLENGE_INVALID"));
  });

  it.each([
    [{ ...invite, login: "Mara Frei" }, "login"],
    [{ ...invite, login: "" }, "login"],
    [{ ...invite, name: "" }, "name"],
    [{ ...invite, name: "x".repeat(65) }, "name"],
    [{ ...invite, days: 400 }, "days"],
    [{ ...invite, days: "2" }, "days"],
    [{ ...invite, role: "signatory" }, "role"],
    [{ ...invite, role: "auditor", administrator: true }, "administrator"],
    [{ do: "everything" }, "do"],
  ])("refuse what they do not give, with the field: %j", async (action, field) => {
    await expect(ask(action as InvitationAction)).rejects.toMatchObject({ code: "ARGUMENT_INVALID", facts: { field } });
  });

  it("refuse what is no request at all", async () => {
    const request = await requestOf({ do: "list" });
    for (const text of ["", "null", "winterseal/sign-in/1\nhttp://x\n0\n0", "winterseal/invitations/1\n{", `${request.text}\n`])
      await expect(invitations.answer({ ...request, text }, NOW)).rejects.toEqual(coded("ARGUMENT_INVALID"));
  });
});
