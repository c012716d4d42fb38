/** A proxy that takes a batch and never has it committed is named by the device, through its sibling. */
import { beforeEach, describe, expect, test } from "vitest";
import type { WithheldRecord } from "../../lib/contract/state";
import { MINUTE } from "../../lib/contract/testing/book";
import { WintersealError } from "../../lib/messages/errors";
import { LightClient } from "./client";
import { DeviceClock } from "./clock";
import { Commands } from "./commands";
import { nodeCrypto } from "./crypto-node";
import { Delivery } from "./delivery";
import { HandedOvers } from "./handed-over";
import { Journal } from "./journal";
import type { Link } from "./link";
import type { FromBody, ToMessage } from "./link-messages";
import { ContractLedger } from "./testing/contract-ledger";
import { openProposal } from "./testing/endorse";
import { MemoryStorage } from "./testing/memory-storage";
import { createParty, type Party } from "./testing/party";

const ID = "sensor-1";
const [party, authority, shipper] = (await Promise.all([
  createParty("AuthorityMSP", ID),
  createParty("AuthorityMSP", "peer0.authority"),
  createParty("ShipperMSP", "peer0.shipper"),
])) as [Party, Party, Party];

/** Two proxies before one ledger: `proxy-a` does with a transaction what the test says, `proxy-b` is honest. */
class TwoProxies implements Link {
  readonly ledger = new ContractLedger(ID, [authority, shipper]);
  serving = "proxy-a";
  fault: "none" | "forges a notice" | "says nothing" = "none";
  #last = "";

  doubt(): void {
    this.serving = "proxy-b";
  }

  async request(body: FromBody): Promise<ToMessage> {
    const proxy = this.serving;
    if (body.type === "sendTXP") this.#last = openProposal(body.signedProposal).transactionId;
    if (body.type === "sendTX" && proxy === "proxy-a" && this.fault !== "none") {
      if (this.fault === "forges a notice") return this.#committed();
      this.serving = "proxy-b";
      throw new WintersealError("DEADLINE");
    }
    const answer = await this.ledger.request(body);
    return answer.type === "endorsed" || answer.type === "answer" ? { ...answer, proxy } : answer;
  }

  #committed(): ToMessage {
    return { type: "committed", request: 0, transactionId: Uint8Array.from(Buffer.from(this.#last, "hex")), block: 9, validationCode: 0 };
  }
}

let link: TwoProxies;
let storage: MemoryStorage;
let journal: Journal;
let delivery: Delivery;
let commands: Commands;
let tick: number;

async function boot(): Promise<void> {
  journal = await Journal.open(storage, ID);
  const id = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  await journal.beginBoot(id, null);
  const clock = new DeviceClock({ ticks: () => tick, floor: () => 0 });
  const client = await LightClient.open(
    { signer: party.signer, link, crypto: nodeCrypto(), now: () => clock.now() },
    { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers: [authority, shipper] },
  );
  const parts = { id: ID, boot: id, journal, clock, client, random: () => 0.5 };
  delivery = new Delivery(parts, { batchReadings: 1, proveAfterMs: 20_000 });
  commands = new Commands(parts, { interval: MINUTE, profile: null, askEveryMs: 60 * MINUTE });
}

beforeEach(async () => {
  link = new TwoProxies();
  await link.ledger.prepare();
  tick = 1_000;
  storage = new MemoryStorage();
  await boot();
});

async function run(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await journal.append([{ tick, temperature: 5_000, humidity: null }]);
    for (let step = 0; step < 12; step++) {
      await delivery.step();
      await commands.report();
      tick += 5_000;
      link.ledger.book.now += 5_000;
    }
  }
}

const named = (): WithheldRecord[] =>
  [...link.ledger.book.state.keys()]
    .filter((key) => key.startsWith("withheld~"))
    .flatMap((key) => link.ledger.book.record<WithheldRecord>(key) ?? []);

describe("a proxy that took a batch and never had it committed", () => {
  test.each([
    ["forges a notice", true],
    ["says nothing", false],
  ] as const)("and %s is named on the ledger, with the tick at which it was given", async (fault, said) => {
    link.fault = fault;
    const given = link.ledger.book.now;
    await run(3);
    expect(link.serving).toBe("proxy-b");
    const records = named();
    expect(records.map(({ proxy, sequence, said: told }) => [proxy, sequence, told])).toContainEqual(["proxy-a", 1, said]);
    expect(records.every(({ proxy }) => proxy === "proxy-a")).toBe(true);
    expect(Math.abs((records[0]?.at ?? 0) - given)).toBeLessThan(MINUTE);
    expect(link.ledger.committed).not.toContain(records[0]?.given);
    await run(1);
    expect(journal.withheld).toEqual([]);
  });

  test("is named also after the power went in between", async () => {
    link.fault = "forges a notice";
    const { ledger } = link;
    for (let step = 0; journal.withheld.length === 0 && step < 60; step++) {
      if (step % 6 === 0) await journal.append([{ tick, temperature: 5_000, humidity: null }]);
      await delivery.step();
      tick += 5_000;
      ledger.book.now += 5_000;
    }
    expect(named()).toEqual([]);
    storage = new MemoryStorage(storage.bytes);
    await boot();
    await run(2);
    expect(named().map(({ proxy, sequence }) => [proxy, sequence])).toEqual([["proxy-a", 1]]);
  });
});

test("honest proxies are never named", async () => {
  await run(5);
  expect(named()).toEqual([]);
  expect(link.ledger.asked.filter((type) => type === "read").length).toBeLessThan(8);
});

describe("who is not named", () => {
  const give = (fill: (handed: HandedOvers) => void) => {
    const handed = new HandedOvers();
    fill(handed);
    return handed.settle(1, "bb".repeat(32), new Uint8Array(8)).map(({ proxy }) => proxy);
  };
  test.each<[string, (handed: HandedOvers) => void, string[]]>([
    ["whoever brought it", (handed) => handed.give(1, "bb".repeat(32), "b", 1), []],
    ["whoever is not known by name", (handed) => handed.give(1, "aa".repeat(32), null, 1), []],
    [
      "whose transaction stands on the ledger as invalid",
      (handed) => {
        handed.give(1, "aa".repeat(32), "a", 1);
        handed.said(false, true);
      },
      [],
    ],
    ["but whoever was given another one", (handed) => handed.give(1, "aa".repeat(32), "a", 1), ["a"]],
  ])("%s", (_, fill, expected) => {
    expect(give(fill)).toEqual(expected);
  });
});
