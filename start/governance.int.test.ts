/** Who must endorse what, on the running product: real contract processes, the embedded ledger, relay and projection. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseResult } from "../device/ts/client";
import { canonicalBytes } from "../lib/domain/canonical-json";
import { ssccCheckDigit } from "../lib/domain/sscc";
import { readNetwork } from "../lib/fabric/network";
import { FOUNDING_TERMS, type Terms } from "../lib/messages/agreement";
import { openDatabase } from "../lib/store/db";
import { openIssuer } from "../organisation/ca";
import { agreementInForce, consent, openSignatory, signatoryOf } from "../organisation/consent";
import { openClient } from "./importer/client";
import { record } from "./importer/importer";
import { ORGANISATIONS } from "./layout";
import { startTestStack, type TestStack } from "./testing/stack";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.end());

const signatory = async (id: string) => ({
  ...(await signatoryOf(await openIssuer(stack.context.layout.organisation(id)))),
  network: stack.context.layout.network,
  relay: stack.context.origins.inner.relay,
});
const inForce = async () => agreementInForce(await openSignatory(await signatory("authority")));
const shipperClient = async (network: string) =>
  openClient({ mspId: "ShipperMSP", folder: join(stack.context.layout.people, "importer-shipper") }, await readNetwork(network), {
    relay: stack.context.origins.inner.relay,
  });
const shipment = (id: string, sscc: string) => ({
  ...{ shipment: id, sscc, title: "Vaccine", origin: "Basel", destination: "Chur", recipient: "RecipientMSP" },
  profile: "fridge-2-8/1",
});
/** Endorsers of a function's last transaction, as the projection verified them. */
async function endorsersOf(name: string): Promise<string[]> {
  const database = openDatabase(stack.context.databaseUrl, 1);
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { rows } = await database.pool.query<{ endorsers: string[] }>(
        'SELECT endorsers FROM "transaction" WHERE function = $1 ORDER BY block DESC, position DESC LIMIT 1',
        [name],
      );
      if (rows[0]) return [...rows[0].endorsers].sort();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return [];
  } finally {
    await database.close();
  }
}

describe("the organisations' agreement", () => {
  it("is founded at the first start, pinned beside the genesis block, and every client holds it", async () => {
    expect(await inForce()).toMatchObject({ version: 1, terms: FOUNDING_TERMS });
    const network = await readNetwork(stack.context.layout.network);
    expect(network.agreement).toEqual(FOUNDING_TERMS);
    expect(network.genesis).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is not changed by one organisation, nor by two; by all three it is, and the ledger then asks for all of them", async () => {
    const terms: Terms = {
      ...FOUNDING_TERMS,
      groups: { ...FOUNDING_TERMS.groups, shipment: { named: ["RecipientMSP", "ShipperMSP"], others: 0 } },
    };
    for (const id of ["authority", "shipper"]) expect((await consent(await signatory(id), terms)).inForce).toBe(false);
    expect((await inForce())?.version).toBe(1);
    expect(await consent(await signatory("recipient"), terms)).toEqual({ version: 2, inForce: true });
    expect(await inForce()).toMatchObject({ version: 2, terms });
    expect(await endorsersOf("governance:Agree")).toEqual([...FOUNDING_TERMS.organisations]);
  });

  it("decides who endorses: the proxy's Gateway finds the organisations by itself", async () => {
    const client = await shipperClient(stack.context.layout.network);
    await record(client, "shipment:Create", shipment("governed-1", "006141411234567890"));
    expect(await endorsersOf("shipment:Create")).toEqual(["RecipientMSP", "ShipperMSP"]);
  });

  it("is checked by the client before it signs: an answer that lacks an organisation of its own copy is refused", async () => {
    const { network } = stack.context.layout;
    const stricter = join(stack.context.layout.data, "stricter.json");
    const everyone = { named: [...FOUNDING_TERMS.organisations], others: 0 };
    const terms = { ...FOUNDING_TERMS, groups: { ...FOUNDING_TERMS.groups, shipment: everyone } };
    await writeFile(stricter, JSON.stringify({ ...JSON.parse(await readFile(network, "utf8")), agreement: terms }));
    const client = await shipperClient(stricter);
    const digits = "37612345000000001";
    const args = [canonicalBytes(shipment("governed-2", digits + ssccCheckDigit(digits)))];
    await expect(client.endorse("shipment:Create", args, parseResult)).rejects.toMatchObject({ code: "AGREEMENT_LACKING" });
  });

  it("is kept over a restart", async () => {
    expect(ORGANISATIONS).toHaveLength(3);
    await stack.restart();
    expect((await inForce())?.version).toBe(2);
    expect((await readNetwork(stack.context.layout.network)).agreement?.groups.shipment.named).toEqual(["RecipientMSP", "ShipperMSP"]);
  });
});
