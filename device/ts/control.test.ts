/** An alarm lamp over the real contract, with a proxy in between that does as it likes. */
import { beforeEach, describe, expect, test } from "vitest";
import { execute } from "../../lib/contract/execute";
import { MINUTE, sensorIdentity } from "../../lib/contract/testing/book";
import { encodeMoment } from "../../lib/domain/batch";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import type { AttestedAnswer } from "../../lib/messages/functions";
import { LightClient } from "./client";
import { DeviceClock } from "./clock";
import { Control, type ControlState } from "./control";
import { nodeCrypto } from "./crypto-node";
import type { Link } from "./link";
import type { FromBody, ToMessage } from "./link-messages";
import { ContractLedger } from "./testing/contract-ledger";
import { endorsedPayload, endorsement, openProposal } from "./testing/endorse";
import { createParty, type Party } from "./testing/party";

const ID = "sensor-1";
const [lamp, authority, shipperPeer, stranger] = (await Promise.all([
  createParty("AuthorityMSP", "lamp-1"),
  createParty("AuthorityMSP", "peer0.authority"),
  createParty("ShipperMSP", "peer0.shipper"),
  createParty("ShipperMSP", "peer9.shipper"),
])) as [Party, Party, Party, Party];
const SETTINGS = { askEveryMs: MINUTE, patienceMs: 3 * MINUTE };
type Bend = (answer: ToMessage, body: FromBody) => ToMessage | Promise<ToMessage>;

let ledger: ContractLedger;
let control: Control;
let tick: number;
let bend: Bend;
let acts: ControlState[];
let unproved: string[];
let kept: number;

async function switchOn(): Promise<void> {
  const started = tick;
  const clock = new DeviceClock({ ticks: () => tick - started, floor: () => 0 });
  const link: Link = { request: async (body) => bend(await ledger.request(body), body) };
  const client = await LightClient.open(
    { signer: lamp.signer, link, crypto: nodeCrypto(), now: () => clock.now() },
    { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers: [authority, shipperPeer] },
  );
  const memory = {
    read: async () => kept,
    write: async (violations: number) => {
      kept = violations;
    },
  };
  const observe = ({ code }: { code: string }) => unproved.push(code);
  const act = (state: ControlState) => acts.push(state);
  control = new Control({ shipment: "trip-1", client, clock, random: () => 0.5, memory, act, observe }, SETTINGS);
}

async function run(ms: number): Promise<void> {
  for (const end = tick + ms; ; ) {
    const wait = await control.step();
    if (tick >= end) return;
    const next = Math.max(1, Math.min(wait, end - tick));
    tick += next;
    ledger.book.now += next;
  }
}

/** Half an hour of heat, which breaks the profile's rules. */
const heat = () =>
  ledger.book.readings(
    ID,
    [0, 10, 20, 30].map((minute) => [minute * MINUTE, 30_000] as const),
  );

beforeEach(async () => {
  ledger = new ContractLedger(ID, [authority, shipperPeer]);
  await ledger.prepare();
  tick = 0;
  bend = (answer) => answer;
  [acts, unproved, kept] = [[], [], 0];
  await switchOn();
  await run(1_000);
});

describe("an alarm lamp", () => {
  test("is calm by proof, and lights on the hint of a violation that is committed", async () => {
    expect(acts).toEqual(["calm"]);
    await heat();
    control.hint();
    await run(5_000);
    expect(acts).toEqual(["calm", "alarm"]);
    expect(control.violations).toBeGreaterThan(0);
  });

  test("finds it without any hint, and stays lit over a start and through silence", async () => {
    await heat();
    await run(2 * MINUTE);
    expect(control.state).toBe("alarm");
    bend = () => refused;
    await switchOn();
    await run(20 * MINUTE);
    expect(control.state).toBe("alarm");
  });

  test("goes dark when the shipment is decided", async () => {
    await heat();
    await run(2 * MINUTE);
    const head = ledger.book.record<{ sequence: number; hash: string }>(`head~${ID}`);
    await ledger.book.decide("trip-1", "rejected", [{ sensor: ID, sequence: head?.sequence ?? 0, hash: head?.hash ?? "" }]);
    await run(2 * MINUTE);
    expect(control.state).toBe("calm");
  });

  test("says that it does not know when nothing was proved for too long, and knows again", async () => {
    bend = () => refused;
    await run(10 * MINUTE);
    expect(acts).toEqual(["calm", "unknown"]);
    bend = (answer) => answer;
    await run(MINUTE);
    expect(acts).toEqual(["calm", "unknown", "calm"]);
  });
});

describe("a proxy cannot make it act on", () => {
  test("a violation that was endorsed and never committed", async () => {
    const readings = [0, 10, 20, 30].map((minute) => ({ tick: minute * MINUTE, temperature: 30_000, humidity: null }));
    const bytes = ledger.book.next(ID, { kind: "readings", readings, clock: null });
    const args = [bytes, encodeMoment({ boot: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), tick: 30 * MINUTE })];
    const { book } = ledger;
    const call = { name: "batch:Record", args, creator: sensorIdentity(ID), transactionId: "ab".repeat(32), timestamp: book.now } as const;
    const outcome = await execute(call, book.view(), { windowMs: 300_000 });
    expect([...outcome.writes.keys()].some((key) => key.startsWith("violation~"))).toBe(true);
    for (let times = 0; times < 4; times++) {
      control.hint();
      await run(10_000);
    }
    expect(acts).toEqual(["calm"]);
  });

  test("calm that was signed before", async () => {
    let old: ToMessage | undefined;
    bend = (answer, { type }) => {
      if (type === "read") old ??= answer;
      return answer;
    };
    await run(2 * MINUTE);
    await heat();
    bend = (answer, { type }) => (type === "read" ? (old ?? answer) : answer);
    await run(5 * MINUTE);
    expect(unproved).toContain("ENDORSED_HEADER");
    expect(acts).toEqual(["calm", "unknown"]);
  });

  test("a copy of the ledger from before the violation", async () => {
    const before = new Map(ledger.book.state);
    await heat();
    await run(2 * MINUTE);
    ledger.book.state.clear();
    for (const [key, value] of before) ledger.book.state.set(key, value);
    await run(5 * MINUTE);
    expect(unproved).toContain("COMMAND_REPLAYED");
    expect(control.state).toBe("alarm");
  });

  const sign = (alter: (answer: AttestedAnswer) => object, by: readonly Party[] = [authority, shipperPeer]) => {
    bend = async (answer, body) => {
      if (body.type !== "read" || answer.type !== "answer") return answer;
      const { hash, args } = openProposal(body.signedProposal);
      const text = (index: number) => new TextDecoder().decode(args[index]);
      const question = JSON.parse(text(1)) as AttestedAnswer["question"];
      const told = { shipment: "trip-1", status: "under-way", violations: 3 } as unknown as AttestedAnswer["answer"];
      const full = alter({ domain: "winterseal/attested-read/1", question, nonce: text(2), answer: told });
      const payload = endorsedPayload(hash, { result: canonicalBytes(full as unknown as CanonicalValue) });
      return { ...answer, payload, endorsements: await Promise.all(by.map((one) => endorsement(one, payload))) };
    };
  };

  test("unless two organisations signed it (the forger of these tests works)", async () => {
    sign((answer) => answer);
    await run(2 * MINUTE);
    expect(control.state).toBe("alarm");
  });

  test.each<[string, string, () => void]>([
    [
      "another shipment's violation",
      "ENDORSED_RESULT",
      () => sign((answer) => ({ ...answer, answer: { ...answer.answer, shipment: "trip-2" } })),
    ],
    ["an answer over another nonce", "ENDORSED_RESULT", () => sign((answer) => ({ ...answer, nonce: "ab".repeat(16) }))],
    ["what one organisation signed", "ENDORSERS_TOO_FEW", () => sign((answer) => answer, [authority, authority])],
    ["what a stranger signed", "ENDORSER_UNKNOWN", () => sign((answer) => answer, [authority, stranger])],
  ])("%s", async (_, code, forge) => {
    forge();
    await run(2 * MINUTE);
    expect(unproved).toContain(code);
    expect(control.state).toBe("calm");
  });
});

const refused: ToMessage = {
  type: "refused",
  request: 0,
  code: "UNAVAILABLE",
  stage: "read",
  message: "",
  retryAfter: 0,
  transactionId: new Uint8Array(0),
};
