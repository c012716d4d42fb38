import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadedNetwork } from "../network";
import {
  approve,
  base64,
  CONTRACT,
  enrolTestPerson,
  foundOrganisation,
  newKeys,
  readText,
  registration,
  type TestOrganisation,
  thumbprint,
} from "../testing/organisation";
import { type Committed, type Mood, relayListener } from "../testing/relay";
import { createRequest, issueSensor } from ".";
import { attestedConfirmation } from "./confirm";
import type { SensorSettings } from "./sensors";

const PAUSE_MS = 5;
let authority: TestOrganisation;
let shipper: TestOrganisation;
let relay: Server;
let mood: Mood = "well";
const committed: Committed[] = [];
let confirm: SensorSettings["confirm"];

beforeAll(async () => {
  [authority, shipper] = await Promise.all([foundOrganisation("authority"), foundOrganisation("shipper")]);
  relay = createServer(relayListener([authority, shipper], () => mood, committed));
  await new Promise<void>((resolve) => {
    relay.listen(0, "127.0.0.1", resolve);
  });
  const organisations = await Promise.all(
    [authority, shipper].map(async ({ ca, dir }) => ({
      id: ca.profile.id,
      mspId: ca.profile.mspId,
      name: ca.profile.name,
      root: ca.rootPem,
      endorsers: [await readText(`${dir}/public/peer0.pem`)],
    })),
  );
  const network: LoadedNetwork = { ...CONTRACT, endorsements: 2, organisations };
  confirm = attestedConfirmation(authority.ca, network, `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, PAUSE_MS);
});
afterAll(async () => {
  relay.close();
  relay.closeAllConnections();
  await Promise.all([authority.remove(), shipper.remove()]);
});

describe("the authority asks the ledger before it issues a sensor's identity", () => {
  it("issues nothing for an approval that was signed and never recorded, and the identity once it is", async () => {
    const reto = await enrolTestPerson(authority, "reto", "authority");
    const keys = await newKeys();
    const statement = await registration("ws-0461", keys);
    const body = { csr: await createRequest("ws-0461", keys), approval: base64(await approve(reto, statement)) };
    const settings = { ...CONTRACT, graceDays: 0, confirm };
    const issue = () => issueSensor(authority.ca, body, settings);
    await expect(issue()).rejects.toMatchObject({ code: "REGISTRATION_MISSING" });
    expect((await authority.ca.issued()).filter(({ commonName }) => commonName === "ws-0461")).toEqual([]);
    committed.push({ function: "sensor:Register", statement });
    await expect(issue()).resolves.toBeDefined();
  });

  it("believes no other key's registration", async () => {
    committed.push({ function: "sensor:Register", statement: await registration("ws-0462", await newKeys()) });
    await expect(confirm("ws-0462", await thumbprint(await newKeys()))).rejects.toMatchObject({ code: "REGISTRATION_MISSING" });
  });

  it("waits for a ledger that is a block behind", async () => {
    const keys = await newKeys();
    const waiting = confirm("ws-0463", await thumbprint(keys));
    setTimeout(async () => committed.push({ function: "sensor:Register", statement: await registration("ws-0463", keys) }), PAUSE_MS);
    await expect(waiting).resolves.toBeUndefined();
  });

  it("issues nothing while nobody answers", async () => {
    mood = "gone";
    await expect(confirm("ws-0461", "x")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    mood = "well";
  });

  it("reads under an identity of its own, made once even when two ask at once", async () => {
    await Promise.allSettled([confirm("ws-0461", "x"), confirm("ws-0461", "x")]);
    expect((await authority.ca.issued()).filter(({ commonName }) => commonName === "ca@authority")).toHaveLength(1);
  });
});
