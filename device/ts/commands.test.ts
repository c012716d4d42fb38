/** A device and its owner's commands over the real contract, with a proxy in between that does as it likes. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { execute } from "../../lib/contract/execute";
import { type CommandRecord, keys } from "../../lib/contract/state";
import { MINUTE, shipper } from "../../lib/contract/testing/book";
import { type CanonicalValue, canonicalBytes } from "../../lib/domain/canonical-json";
import type { Command } from "../../lib/messages/commands";
import type { AttestedAnswer } from "../../lib/messages/functions";
import { LightClient } from "./client";
import { DeviceClock } from "./clock";
import { type CommandEvent, Commands } from "./commands";
import { nodeCrypto } from "./crypto-node";
import { Journal } from "./journal";
import type { Link } from "./link";
import type { FromBody, ToMessage } from "./link-messages";
import { ContractLedger } from "./testing/contract-ledger";
import { endorsedPayload, endorsement, openProposal } from "./testing/endorse";
import { MemoryStorage } from "./testing/memory-storage";
import { createParty, type Party } from "./testing/party";

const ID = "sensor-1";
const [party, authority, shipperPeer, recipientPeer, stranger] = (await Promise.all([
  createParty("AuthorityMSP", ID),
  createParty("AuthorityMSP", "peer0.authority"),
  createParty("ShipperMSP", "peer0.shipper"),
  createParty("RecipientMSP", "peer0.recipient"),
  createParty("ShipperMSP", "peer9.shipper"),
])) as [Party, Party, Party, Party, Party];

const ASK_EVERY = 10 * MINUTE;
type Bend = (answer: ToMessage, body: FromBody) => ToMessage | Promise<ToMessage>;

/** One device; its power can go. */
class Rig {
  readonly ledger = new ContractLedger(ID, [authority, shipperPeer]);
  readonly events: CommandEvent[] = [];
  readonly seen: number[] = [];
  storage = new MemoryStorage();
  journal!: Journal;
  commands!: Commands;
  tick = 0;
  bend: Bend = (answer) => answer;
  boots = 0;

  async boot(): Promise<this> {
    this.boots += 1;
    const boot = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, this.boots);
    this.journal = await Journal.open(this.storage, ID);
    await this.journal.beginBoot(boot, null);
    const started = this.tick;
    const clock = new DeviceClock({ ticks: () => this.tick - started, floor: () => 0 });
    clock.hint(this.ledger.book.now, clock.tick());
    const link: Link = { request: async (body) => this.bend(await this.ledger.request(body), body) };
    const endorsers = [authority, shipperPeer, recipientPeer];
    const client = await LightClient.open(
      { signer: party.signer, link, crypto: nodeCrypto(), now: () => clock.now() },
      { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers },
    );
    this.commands = new Commands(
      {
        id: ID,
        boot,
        journal: this.journal,
        clock,
        client,
        random: () => 0.5,
        knows: (profile) => profile.startsWith("fridge"),
        identify: (ms) => this.seen.push(ms),
        observe: (event) => this.events.push(event),
      },
      { interval: MINUTE, profile: null, askEveryMs: ASK_EVERY },
    );
    return this;
  }

  /** Lets time pass on both sides, as a loop would: it asks and reports when it is time to. */
  async run(ms: number): Promise<void> {
    for (const end = this.tick + ms; ; ) {
      const wait = Math.min(await this.commands.step(), await this.commands.report());
      const next = Math.max(1, Math.min(wait, end - this.tick));
      if (this.tick >= end) return;
      this.tick += next;
      this.ledger.book.now += next;
    }
  }

  async hint(): Promise<void> {
    this.commands.hint();
    await this.run(6_000);
  }

  told(): CommandRecord | undefined {
    return this.ledger.book.record<CommandRecord>(keys.command(ID));
  }

  tell(command: Command, lifeMs = 5 * MINUTE): Promise<unknown> {
    const counter = (this.told()?.counter ?? 0) + 1;
    return this.ledger.book.say("sensor:Command", { sensor: ID, counter, expires: this.ledger.book.now + lifeMs, command }, shipper);
  }

  outcomes = () => this.events.flatMap((event) => (event.type === "command" ? [[event.counter, event.kind, event.outcome]] : []));
  unproved = () => this.events.flatMap((event) => (event.type === "unproved" ? [event.code] : []));
}

const EVERY_5S: Command = { kind: "interval", ms: 5_000 };
let rig: Rig;
beforeEach(async () => {
  rig = await new Rig().boot();
  await rig.ledger.book.register(ID);
  await rig.run(1_000);
});
afterEach(() => {
  rig.bend = (answer) => answer;
});

describe("a command that is committed", () => {
  test("stays in the journal after a notice of its report, which proves nothing", async () => {
    await rig.tell(EVERY_5S);
    rig.commands.hint();
    await rig.run(2_500);
    expect(rig.told()).toMatchObject({ reported: 1 });
    expect(rig.journal.reports).toHaveLength(1);
  });

  test("is carried out on a hint, reported on the ledger, and forgotten only when organisations have signed that the report is there", async () => {
    await rig.tell(EVERY_5S);
    await rig.hint();
    expect(rig.outcomes()).toEqual([[1, "interval", "done"]]);
    expect(rig.commands.working).toEqual({ interval: 5_000, profile: null, measuring: true });
    expect(rig.told()).toMatchObject({ reported: 1, possible: { interval: 5_000, stopped: false } });
    await rig.run(MINUTE);
    expect(rig.journal.reports).toEqual([]);
    expect(rig.events.at(-1)).toEqual({ type: "reported", counter: 1 });
  });

  test("is found without any hint, when the device asks by itself", async () => {
    await rig.tell(EVERY_5S);
    await rig.run(ASK_EVERY - 5_000);
    expect(rig.outcomes()).toEqual([]);
    // ended meanwhile, so a new one
    await rig.tell({ kind: "identify", ms: 9_000 });
    await rig.run(5_000);
    expect(rig.outcomes()).toEqual([[2, "identify", "done"]]);
    expect(rig.seen).toEqual([9_000]);
  });

  test("stops and starts it, sets its profile; the newest counts, and what it replaced is not carried out", async () => {
    await rig.tell({ kind: "stop" });
    await rig.hint();
    expect(rig.commands.working.measuring).toBe(false);
    await rig.tell({ kind: "identify", ms: 1_000 });
    await rig.tell({ kind: "start" });
    await rig.hint();
    expect(rig.commands.working.measuring).toBe(true);
    await rig.tell({ kind: "profile", profile: "fridge-2-8/1" });
    await rig.hint();
    expect(rig.commands.working.profile).toBe("fridge-2-8/1");
    expect(rig.outcomes().map(([counter]) => counter)).toEqual([1, 3, 4]);
    expect(rig.seen).toEqual([]);
  });

  test("that this device does not know is refused and reported", async () => {
    await rig.tell({ kind: "profile", profile: "frozen-vaccine/1" });
    await rig.hint();
    expect(rig.outcomes()).toEqual([[1, "profile", "COMMAND_UNFIT"]]);
    expect(rig.told()).toMatchObject({ reported: 1 });
    expect(rig.commands.working.profile).toBeNull();
  });
});

describe("the goods that it rides with", () => {
  test("make it measure as often as they ask, whatever it was told or configured with", async () => {
    await rig.tell({ kind: "interval", ms: 20 * MINUTE });
    await rig.hint();
    await rig.run(10_000);
    // configured and told more seldom than any goods allow: only two organisations could sign that into the state
    const record = rig.told() as CommandRecord;
    rig.ledger.book.state.set(
      keys.command(ID),
      canonicalBytes({ ...record, command: { kind: "stop" }, counter: 2 } as unknown as CanonicalValue),
    );
    await rig.ledger.book.create("trip-1");
    await rig.ledger.book.assign("trip-1", ID);
    await rig.hint();
    expect(rig.outcomes().at(-1)).toEqual([2, "stop", "COMMAND_UNFIT"]);
    expect(rig.commands.working).toMatchObject({ interval: 20 * MINUTE, measuring: true });
    rig.ledger.book.state.set(
      keys.command(ID),
      canonicalBytes({ ...record, command: { kind: "interval", ms: 60 * MINUTE }, counter: 3 } as unknown as CanonicalValue),
    );
    await rig.hint();
    expect(rig.outcomes().at(-1)).toEqual([3, "interval", "COMMAND_UNFIT"]);
  });
});

describe("a proxy cannot make it obey", () => {
  test("what was endorsed and never committed", async () => {
    const { book } = rig.ledger;
    const statement = { sensor: ID, counter: 1, expires: book.now + MINUTE, command: EVERY_5S };
    const call = {
      name: "sensor:Command",
      args: [canonicalBytes(statement)],
      creator: shipper,
      transactionId: "ab".repeat(32),
      timestamp: book.now,
    } as const;
    expect((await execute(call, book.view(), { windowMs: 300_000 })).writes.size).toBeGreaterThan(0);
    for (let times = 0; times < 5; times++) await rig.hint();
    expect(rig.outcomes()).toEqual([]);
    expect(rig.commands.working.interval).toBe(MINUTE);
  });

  test("an answer of before, replayed", async () => {
    await rig.tell({ kind: "identify", ms: 2_000 });
    let old: ToMessage | undefined;
    rig.bend = (answer, { type }) => {
      if (type === "read") old ??= answer;
      return answer;
    };
    await rig.hint();
    await rig.run(MINUTE);
    await rig.tell(EVERY_5S);
    rig.bend = (answer, { type }) => (type === "read" ? (old ?? answer) : answer);
    await rig.hint();
    expect(rig.unproved()).toContain("ENDORSED_HEADER");
    expect([rig.seen, rig.outcomes().length, rig.commands.working.interval]).toEqual([[2_000], 1, MINUTE]);
  });

  test("a state of before, signed by peers that are behind", async () => {
    await rig.tell(EVERY_5S);
    const before = rig.ledger.book.state.get(keys.command(ID));
    await rig.hint();
    await rig.run(MINUTE);
    await rig.tell({ kind: "interval", ms: 7_000 });
    await rig.hint();
    await rig.run(MINUTE);
    if (before !== undefined) rig.ledger.book.state.set(keys.command(ID), before);
    await rig.hint();
    await rig.run(10_000);
    expect(rig.unproved()).toContain("COMMAND_REPLAYED");
    expect(rig.commands.working.interval).toBe(7_000);
  });

  test("one that has ended: refused, and reported", async () => {
    rig.bend = (answer, { type }) => (type === "read" ? refused : answer);
    await rig.tell(EVERY_5S, MINUTE);
    await rig.hint();
    await rig.run(MINUTE);
    rig.bend = (answer) => answer;
    await rig.run(MINUTE);
    expect(rig.outcomes()).toEqual([[1, "interval", "COMMAND_EXPIRED"]]);
    expect(rig.commands.working.interval).toBe(MINUTE);
    expect(rig.told()).toMatchObject({ reported: 1, possible: { interval: MINUTE } });
  });

  test("one that it holds back: it stays unanswered on the ledger, and the device says that it hears nothing", async () => {
    rig.bend = (answer, { type }) => (type === "read" ? refused : answer);
    await rig.tell(EVERY_5S);
    await rig.run(20 * MINUTE);
    expect(rig.outcomes()).toEqual([]);
    expect(rig.told()).toMatchObject({ counter: 1, reported: 0 });
    expect(rig.commands.trouble).toBe("UNAVAILABLE");
    expect(rig.tick - (rig.commands.heard ?? 0)).toBeGreaterThan(19 * MINUTE);
  });

  /** Signs whatever a test makes of the true answer, over the device's own proposal. */
  const sign = (alter: (answer: AttestedAnswer) => object, by: readonly Party[] = [authority, shipperPeer]) => {
    rig.bend = async (answer, body) => {
      if (body.type !== "read" || answer.type !== "answer") return answer;
      const { hash, args } = openProposal(body.signedProposal);
      const question = JSON.parse(new TextDecoder().decode(args[1])) as AttestedAnswer["question"];
      const nonce = new TextDecoder().decode(args[2]);
      const told = {
        sensor: ID,
        newest: { counter: 1, expires: rig.ledger.book.now + MINUTE, command: EVERY_5S },
        reported: 0,
        limit: null,
      };
      const domain = "winterseal/attested-read/1" as const;
      const full = alter({ domain, question, nonce, answer: told as unknown as AttestedAnswer["answer"] });
      const payload = endorsedPayload(hash, { result: canonicalBytes(full as unknown as CanonicalValue) });
      return { ...answer, payload, endorsements: await Promise.all(by.map((one) => endorsement(one, payload))) };
    };
  };
  const same = (answer: AttestedAnswer) => answer;

  test("unless what it hands over is a true answer (the forger of these tests works)", async () => {
    sign(same);
    await rig.hint();
    expect(rig.outcomes()).toEqual([[1, "interval", "done"]]);
  });

  test.each<[string, string, () => void]>([
    [
      "another device's command",
      "ENDORSED_RESULT",
      () => sign((answer) => ({ ...answer, answer: { ...answer.answer, sensor: "sensor-2" } })),
    ],
    [
      "the answer to a question about another device",
      "ENDORSED_RESULT",
      () => sign((answer) => ({ ...answer, question: { kind: "command", sensor: "sensor-2" } })),
    ],
    ["another nonce", "ENDORSED_RESULT", () => sign((answer) => ({ ...answer, nonce: "ab".repeat(16) }))],
    ["an answer without its domain", "ENDORSED_RESULT", () => sign((answer) => ({ ...answer, domain: "other" }))],
    [
      "a command without a number",
      "ENDORSED_RESULT",
      () => sign((answer) => ({ ...answer, answer: { ...answer.answer, newest: { expires: 9e12, command: EVERY_5S } } })),
    ],
    ["an answer of one organisation", "ENDORSERS_TOO_FEW", () => sign(same, [authority])],
    ["an answer that one organisation signed twice", "ENDORSERS_TOO_FEW", () => sign(same, [authority, authority])],
    ["an answer of a peer that it does not know", "ENDORSER_UNKNOWN", () => sign(same, [authority, stranger])],
    ["a foreign organisation's", "ENDORSER_UNKNOWN", () => sign(same, [authority, party])],
  ])("%s", async (_, code, forge) => {
    forge();
    await rig.hint();
    expect(rig.unproved()).toContain(code);
    expect([rig.outcomes(), rig.journal.decided]).toEqual([[], null]);
  });

  test("and its hints cost at most a question each time twice as long apart", async () => {
    const reads = () => rig.ledger.asked.filter((type) => type === "read").length;
    const before = reads();
    for (let second = 0; second < 3_600; second++) {
      rig.commands.hint();
      await rig.run(1_000);
    }
    expect(reads() - before).toBeLessThan(25);
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

describe("power that goes at any byte", () => {
  test("leaves a command either untaken, and it is taken then, or taken, and it is not taken twice; its report arrives", async () => {
    const start = rig.storage.bytes?.length ?? 0;
    await rig.tell({ kind: "identify", ms: 4_000 });
    await rig.hint();
    await rig.run(MINUTE);
    const whole = rig.storage.bytes ?? new Uint8Array(0);
    expect(whole.length).toBeGreaterThan(start);
    for (let length = start; length <= whole.length; length++) {
      const again = await new Rig().boot();
      await again.ledger.book.register(ID);
      await again.tell({ kind: "identify", ms: 4_000 });
      again.storage = new MemoryStorage(whole.slice(0, length));
      await again.boot();
      const taken = again.journal.decided !== null;
      await again.run(2 * MINUTE);
      expect(again.seen).toEqual(taken ? [] : [4_000]);
      expect(again.journal.decided).toMatchObject({ counter: 1, outcome: "done" });
      expect(again.journal.suspect).toBeNull();
      // what the ledger of before had been told it has; this one has it again unless that was proved
      expect(again.journal.reports).toEqual([]);
    }
  });

  test("keeps what was commanded over a start, and a report of before says that it does not know when", async () => {
    rig.bend = (answer, { type }) => (type === "sendTXP" ? refused : answer);
    await rig.tell(EVERY_5S);
    await rig.hint();
    expect(rig.told()).toMatchObject({ reported: 0 });
    rig.bend = (answer) => answer;
    await rig.boot();
    expect(rig.commands.working.interval).toBe(5_000);
    await rig.run(MINUTE);
    expect(rig.told()).toMatchObject({ reported: 1 });
    expect(rig.outcomes()).toHaveLength(1);
  });

  test("a disk that takes nothing decides nothing", async () => {
    await rig.tell({ kind: "identify", ms: 4_000 });
    rig.storage.append = () => Promise.reject(new Error("disk full"));
    rig.storage.replace = () => Promise.reject(new Error("disk full"));
    await rig.hint();
    expect([rig.seen, rig.outcomes()]).toEqual([[], []]);
    expect(rig.unproved()).toContain("JOURNAL_UNWRITABLE");
  });
});
