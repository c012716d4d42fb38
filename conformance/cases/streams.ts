/** Blocks and events as peers deliver them, and how a reader goes on after a break. */
import { Metadata } from "@grpc/grpc-js";
import { common, type gateway, peer } from "@hyperledger/fabric-protos";
import { readEnvelopes, readHeader } from "../../ledger/wire/block";
import { type Bench, deadline } from "../bench";
import { transactionIds } from "../blocks";
import type { Case } from "../case";
import {
  chaincodeEvents,
  type DeliverMethod,
  deliver,
  type EventsWanted,
  eventsRequest,
  type Seek,
  seekBlocks,
  seekEnvelope,
} from "../streams";
import { codeName, statusName } from "../tell";

const HOUR = 3_600_000;

/** Block numbers relative to `from`, then the status. */
async function told(bench: Bench, seek: Seek, from = 0, method: DeliverMethod = "Deliver"): Promise<string> {
  const answers = await deliver(bench.client(), method, seekEnvelope(bench, seek).serializeBinary());
  const { TypeCase } = peer.DeliverResponse;
  const words = answers.map((answer) => {
    if (answer.getTypeCase() === TypeCase.STATUS) return statusName(answer.getStatus());
    const block = answer.getBlock() ?? answer.getBlockAndPrivateData()?.getBlock();
    const number = block === undefined ? answer.getFilteredBlock()?.getNumber() : readHeader(block).number;
    return `block ${(number ?? Number.NaN) - from}`;
  });
  return words.join(", ");
}

async function events(bench: Bench, wanted: EventsWanted, count: number): Promise<gateway.ChaincodeEventsResponse[]> {
  return await chaincodeEvents(bench.client(), eventsRequest(bench, wanted).serializeBinary(), count);
}

const flat = (answers: readonly gateway.ChaincodeEventsResponse[]) => answers.flatMap((answer) => answer.getEventsList());
const payloads = (answers: readonly gateway.ChaincodeEventsResponse[]) =>
  flat(answers).map((event) => Buffer.from(event.getPayload_asU8()).toString());

export const streamCases: readonly Case[] = [
  {
    id: "blocks/seek",
    title: "blocks come from any height to any height, and the stream then says SUCCESS",
    why: "The projection reads from its checkpoint; a rebuild from block 0.",
    async run(bench) {
      await bench.transact("put", bench.key("block"), "1");
      const last = (await bench.height()) - 1;
      return {
        "0 to 1": await told(bench, { start: 0, stop: 1 }),
        "oldest to 0": await told(bench, { start: "oldest", stop: 0 }),
        "the last two": await told(bench, { start: last - 1, stop: last }, last),
        "newest to newest": await told(bench, { start: "newest", stop: "newest" }, last),
        "beyond the end, fail if not ready": await told(bench, { start: last + 10, stop: last + 10, failIfNotReady: true }),
        "to beyond the end, fail if not ready": await told(bench, { start: last, stop: last + 10, failIfNotReady: true }, last),
        "stop before start": await told(bench, { start: 1, stop: 0 }),
        "no start": await told(bench, { stop: 0 }),
        "no stop": await told(bench, { start: 0 }),
        "not a seek": await told(bench, { data: Buffer.from("no seek information") }),
        "another channel": await told(bench, { start: 0, stop: 0, channel: "elsewhere" }),
        filtered: await told(bench, { start: 0, stop: 1 }, 0, "DeliverFiltered"),
        "with private data": await told(bench, { start: 0, stop: 1 }, 0, "DeliverWithPrivateData"),
      };
    },
  },
  {
    id: "blocks/time-window",
    title: "a stream request whose timestamp is an hour off is refused",
    why: "A recorded request cannot be replayed for ever.",
    run: async (bench) => ({
      "an hour ago": await told(bench, { start: 0, stop: 0, timestamp: Date.now() - HOUR }),
      "in an hour": await told(bench, { start: 0, stop: 0, timestamp: Date.now() + HOUR }),
    }),
  },
  {
    id: "blocks/next",
    title: "a stream that waits gets the next block when it commits",
    why: "Readers are pushed to, they do not poll.",
    async run(bench) {
      const height = await bench.height();
      const waiting = seekBlocks(bench, { start: "next", stop: height });
      const transactionId = await bench.transact("put", bench.key("next"), "1");
      const [block] = await waiting;
      if (block === undefined) throw new Error("no block came");
      return {
        "number is the height before": readHeader(block).number === height,
        "holds the transaction": transactionIds(block).includes(transactionId),
      };
    },
  },
  {
    id: "blocks/second-request",
    title: "one stream serves one request after the other",
    why: "A reader that stops at a height may go on in the same stream.",
    async run(bench) {
      const stream = bench.client().makeBidiStreamRequest(
        "/protos.Deliver/Deliver",
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes: Buffer) => peer.DeliverResponse.deserializeBinary(bytes),
        new Metadata(),
        deadline(),
      );
      const words: string[] = [];
      const request = (number: number) => stream.write(seekEnvelope(bench, { start: number, stop: number }).serializeBinary());
      await new Promise<void>((resolve, reject) => {
        stream.on("error", reject);
        stream.on("data", (answer: peer.DeliverResponse) => {
          const block = answer.getBlock();
          words.push(block === undefined ? statusName(answer.getStatus()) : `block ${readHeader(block).number}`);
          if (words.length === 2) request(0);
          if (words.length === 4) resolve();
        });
        request(1);
      });
      stream.cancel();
      return { answers: words };
    },
  },
  {
    id: "blocks/headers",
    title: "headers with signatures come without transactions, except those of configurations",
    why: "The verifier walks the configuration from a pinned genesis without reading everything.",
    async run(bench) {
      await bench.transact("put", bench.key("header"), "1");
      const last = (await bench.height()) - 1;
      const blocks = [
        ...(await seekBlocks(bench, { start: 0, stop: 0, headersOnly: true })),
        ...(await seekBlocks(bench, { start: last, stop: last, headersOnly: true })),
      ];
      return { "transactions in block 0 and the last": blocks.map((block) => String(readEnvelopes(block).length)) };
    },
  },
  {
    id: "blocks/filtered",
    title: "filtered blocks hold ids, codes and event names, and no contents",
    why: "What a device's notice needs, in a hundredth of the bytes.",
    async run(bench) {
      const valid = await bench.transact("event", "told", "secret");
      const proposal = bench.propose({ args: ["event", "untold", "secret"] });
      const invalidCode = await bench.outcome(await bench.assemble(proposal, [0]), proposal.transactionId);
      const height = await bench.height();
      const request = seekEnvelope(bench, { start: height - 3, stop: height - 1 }).serializeBinary();
      const answers = await deliver(bench.client(), "DeliverFiltered", request);
      const transactions = answers.flatMap((answer) => answer.getFilteredBlock()?.getFilteredTransactionsList() ?? []);
      const tell = (id: string) => {
        const found = transactions.find((transaction) => transaction.getTxid() === id);
        const events =
          found
            ?.getTransactionActions()
            ?.getChaincodeActionsList()
            .map((action) => action.getChaincodeEvent()) ?? [];
        const names = events.map((event) => `${event?.getEventName()} with ${event?.getPayload_asU8().length} bytes`);
        return `${codeName(found?.getTxValidationCode() ?? -1)}: ${names.join(", ")}`;
      };
      return {
        valid: tell(valid),
        invalid: tell(proposal.transactionId),
        "code at commit": invalidCode,
        "holds contents": answers.some((answer) => Buffer.from(answer.serializeBinary()).includes("secret")),
      };
    },
  },
  {
    id: "events/valid-only",
    title: "a contract's events are those of valid transactions, in their order, with id and block",
    why: "What a device or a page is told has happened.",
    async run(bench) {
      const start = await bench.height();
      const names = ["a", "b", "c"].map((name) => bench.key(name));
      const first = await bench.transact("event", "told", names[0] ?? "");
      const refused = bench.propose({ args: ["event", "untold", "never"] });
      await bench.outcome(await bench.assemble(refused, [0]), refused.transactionId);
      await bench.transact("event", "told", names[1] ?? "");
      await bench.transact("event", "told", names[2] ?? "");
      const found = await events(bench, { start }, 3);
      const [event] = flat(found);
      return {
        "the three, in order": JSON.stringify(payloads(found)) === JSON.stringify(names),
        "id of the first": event?.getTxId() === first,
        "name of the first": event?.getEventName() ?? "",
        "contract of the first": bench.tell(event?.getChaincodeId() ?? ""),
        "block of the first, from the start": (found[0]?.getBlockNumber() ?? Number.NaN) - start,
      };
    },
  },
  {
    id: "events/resume",
    title: "events go on after the last one that was seen, also within a block",
    why: "The proxy resumes exactly, without loss and without repetition.",
    async run(bench) {
      const start = await bench.height();
      const names = ["0", "1", "2", "3"].map((name) => bench.key(name));
      const prepared = await Promise.all(names.map((name) => bench.prepare("event", "told", name)));
      await Promise.all(prepared.map(({ envelope }) => bench.submit(envelope)));
      for (const { transactionId } of prepared) await bench.code(transactionId);
      const all = flat(await events(bench, { start }, 4));
      const rest = await events(bench, { start: all.length > 0 ? start : 0, after: all[1]?.getTxId() ?? "" }, 2);
      const wanted = all.slice(2).map((event) => Buffer.from(event.getPayload_asU8()).toString());
      const after = eventsRequest(bench, { start, after: "00".repeat(32) }).serializeBinary();
      const unheard = () => chaincodeEvents(bench.client(), after, 1, 2_000);
      return {
        "rest after the second": JSON.stringify(payloads(rest)) === JSON.stringify(wanted),
        "after an id that does not exist": await bench.toldSilence(unheard, 2_000, (answers) => `${payloads(answers).length} events`),
      };
    },
  },
  {
    id: "events/start",
    title: "events start at a block, at the next commit, or not at all",
    why: "The reader says where to start.",
    async run(bench) {
      const position = async (start: EventsWanted["start"]) => {
        const waiting = bench.told(
          chaincodeEvents(bench.client(), eventsRequest(bench, start === undefined ? {} : { start }).serializeBinary(), 1, 20_000),
          (answers) => (payloads(answers)[0] === "the next one" ? "the next one" : "an older one"),
        );
        await new Promise((resolve) => setTimeout(resolve, 500));
        if (start !== "oldest") await bench.transact("event", "told", "the next one");
        return await waiting;
      };
      return {
        "not said": await position(undefined),
        next: await position("next"),
        "block 0": await position(0),
        oldest: await position("oldest"),
      };
    },
  },
  {
    id: "events/request",
    title: "an event request for another channel or without bytes is refused",
    why: "A wrong setting must be found by its error.",
    async run(bench) {
      const other = eventsRequest(bench, { start: 0, channel: "elsewhere" }).serializeBinary();
      const ask = (bytes: Uint8Array) => bench.told(chaincodeEvents(bench.client(), bytes, 1));
      return { "another channel": await ask(other), "no request": await ask(new Uint8Array()) };
    },
  },
  {
    id: "blocks/operator",
    title: "the operator gets whole blocks from every organisation's peer, equal in header and contents",
    why: "The projection compares two organisations' streams.",
    async run(bench) {
      await bench.transact("put", bench.key("operator"), "1");
      const height = await bench.height();
      const all = await Promise.all(
        bench.target.organisations.map((_, index) =>
          seekBlocks(bench, { start: 0, stop: height - 1, sender: bench.operator }, "Deliver", index),
        ),
      );
      const same = (read: (block: common.Block) => Uint8Array) =>
        all.every((blocks) =>
          blocks.every((block, number) => Buffer.compare(read(block), read(all[0]?.[number] ?? new common.Block())) === 0),
        );
      return {
        "all blocks from all": all.every((blocks) => blocks.length === height),
        "same headers": same((block) => block.getHeader()?.serializeBinary() ?? new Uint8Array()),
        "same transactions": same((block) => block.getData()?.serializeBinary() ?? new Uint8Array()),
      };
    },
  },
];
