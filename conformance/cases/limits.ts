/** Sizes, counts and bytes that are no message. */
import { Metadata, status } from "@grpc/grpc-js";
import { gateway } from "@hyperledger/fabric-protos";
import { call } from "../../ledger/testing/raw";
import { type Bench, deadline } from "../bench";
import type { Case } from "../case";
import { isServiceError } from "../tell";

const MIB = 1024 * 1024;
/** Fabric's default `peer.limits.concurrency.gatewayService`. */
const GATEWAY_CALLS = 500;
const BEYOND = 20;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `CODE` of a unary call with any bytes; OK if it was answered. */
function sendRaw(bench: Bench, path: string, bytes: Uint8Array): Promise<string> {
  return bench.told(
    new Promise<void>((resolve, reject) => {
      bench.client().makeUnaryRequest(
        path,
        (message: Uint8Array) => Buffer.from(message),
        (response: Buffer) => response,
        bytes,
        deadline(10_000),
        (error) => (error === null ? resolve() : reject(error)),
      );
    }),
  );
}

const codeOnly = (text: string) => text.split(" ")[0] ?? text;

/** Fields within each other, deeper than anything honest. */
function nested(depth: number): Buffer {
  let bytes: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) bytes = Buffer.concat([Buffer.of(0x0a), length(bytes.length), bytes]);
  return bytes;
}

function length(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** A generator of numbers that is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

function alter(bytes: Buffer, at: number, by: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ by;
}

function mutated(bytes: Uint8Array, next: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + (next() % 4); count > 0; count--) alter(copy, next() % copy.length, 1 + (next() % 255));
  return next() % 5 === 0 ? copy.subarray(0, next() % copy.length) : copy;
}

export const limitCases: readonly Case[] = [
  {
    id: "size/large-value",
    title: "a value of one MiB is endorsed, ordered, committed and read",
    why: "Files of a logger's readings come in large batches.",
    async run(bench) {
      const key = bench.key("large");
      const { envelope, transactionId } = await bench.prepare("large", key, String(MIB));
      return { code: await bench.outcome(envelope, transactionId), "bytes read": (await bench.query("get", key)).length };
    },
  },
  {
    id: "size/too-large",
    title: "a transaction beyond the channel's limit is endorsed and refused by the orderer, by its size",
    why: "The refusal must say what to do: a smaller batch.",
    async run(bench) {
      const { envelope } = await bench.prepare("large", bench.key("larger"), String(bench.target.maxBytes + 1));
      return { "Gateway Submit": sizes(await bench.told(bench.submit(envelope))) };
    },
  },
  {
    id: "size/large-answer",
    title: "an answer of six MiB is evaluated, if the client takes as much",
    why: "A history of readings is a large answer; grpc-js takes four MiB unless told.",
    async run(bench) {
      const client = bench.target.connect(0, { "grpc.max_receive_message_length": 16 * MIB });
      const small = bench.target.connect(0, { "grpc.max_receive_message_length": 4 * MIB });
      const ask = async (connection: typeof client) => {
        const request = new gateway.EvaluateRequest();
        request.setChannelId(bench.target.channel);
        request.setProposedTransaction(bench.sign(bench.propose({ args: ["answer", String(6 * MIB)] })));
        const read = gateway.EvaluateResponse.deserializeBinary;
        return bench.told(call(connection, "/gateway.Gateway/Evaluate", request, read, deadline()), (answer) =>
          String(answer.getResult()?.getPayload_asU8().length),
        );
      };
      try {
        return { "a client that takes 16 MiB": await ask(client), "a client with grpc-js's default": sizes(await ask(small)) };
      } finally {
        client.close();
        small.close();
      }
    },
  },
  {
    id: "size/large-request",
    title: "a request of eight MiB is read and judged by its content",
    why: "What a peer takes in decides what a proxy must cut before it.",
    run: async (bench) => ({ "Gateway Endorse": await sendRaw(bench, "/gateway.Gateway/Endorse", Buffer.alloc(8 * MIB, 1)) }),
  },
  {
    id: "limit/concurrent-calls",
    title: "the Gateway serves 500 calls at once and refuses the next by name",
    why: "Overload is told as such, and the proxy backs off.",
    async run(bench) {
      // Several connections: one may not carry so many streams at once.
      const clients = Array.from({ length: 10 }, () => bench.target.connect(0));
      const request = bench.statusRequest("cd".repeat(32));
      const refused: string[] = [];
      const waiting = Array.from({ length: GATEWAY_CALLS + BEYOND }, (_, index) =>
        (clients[index % clients.length] ?? bench.client()).makeUnaryRequest(
          "/gateway.Gateway/CommitStatus",
          (message: Uint8Array) => Buffer.from(message),
          (response: Buffer) => response,
          request.serializeBinary(),
          new Metadata(),
          deadline(20_000),
          (error) => refused.push(isServiceError(error) ? `${status[error.code]} ${error.details}` : "OK"),
        ),
      );
      for (let waited = 0; waited < 10_000 && refused.length < BEYOND; waited += 100) await pause(100);
      const told = [...refused];
      for (const call of waiting) call.cancel();
      for (const client of clients) client.close();
      await pause(500);
      return {
        // A call of the case before may still be on its way out.
        [`of ${GATEWAY_CALLS + BEYOND} at once as many are refused as are too many`]: told.length >= BEYOND && told.length < 2 * BEYOND,
        with: [...new Set(told)],
        afterwards: await bench.told(bench.evaluate(bench.sign(bench.propose({ args: ["get", "nothing"] })))),
      };
    },
  },
  {
    id: "limit/keep-alive",
    title: "a client that pings every second is sent away",
    why: "Fabric allows one ping a minute: our connections ping every 65 seconds.",
    async run(bench) {
      const hasty = bench.target.connect(0, { "grpc.keepalive_time_ms": 1_000, "grpc.keepalive_permit_without_calls": 1 });
      const request = bench.statusRequest("ab".repeat(32));
      const outcome = await new Promise<string>((resolve) => {
        hasty.makeUnaryRequest(
          "/gateway.Gateway/CommitStatus",
          (message: Uint8Array) => Buffer.from(message),
          (response: Buffer) => response,
          request.serializeBinary(),
          new Metadata(),
          deadline(8_000),
          (error) => resolve(isServiceError(error) ? (status[error.code] ?? "") : "OK"),
        );
      });
      hasty.close();
      return { "a call in progress ends with": outcome };
    },
  },
  {
    id: "malformed/requests",
    title: "bytes that are no message, or nested beyond reason, are refused and harm nobody",
    why: "Anyone who reaches the port can send them.",
    async run(bench) {
      const groups = Buffer.alloc(MIB, 0x0b);
      const paths = [
        "/gateway.Gateway/Endorse",
        "/gateway.Gateway/Evaluate",
        "/gateway.Gateway/Submit",
        "/gateway.Gateway/CommitStatus",
        "/protos.Endorser/ProcessProposal",
      ];
      const facts: Record<string, string | boolean> = {};
      for (const path of paths) {
        facts[`${path}: nothing`] = await sendRaw(bench, path, new Uint8Array());
        facts[`${path}: no message`] = codeOnly(await sendRaw(bench, path, Buffer.from("no message")));
        facts[`${path}: groups within groups`] = codeOnly(await sendRaw(bench, path, groups));
        facts[`${path}: fields within fields`] = (await sendRaw(bench, path, nested(2_000))) !== "OK";
      }
      facts.afterwards = await bench.told(bench.transact("put", bench.key("alive"), "1"));
      return facts;
    },
  },
  {
    id: "malformed/service",
    title: "a method that does not exist is told as such",
    why: "Clients of another version must be told.",
    run: async (bench) => ({
      method: await sendRaw(bench, "/gateway.Gateway/Nothing", new Uint8Array()),
      service: await sendRaw(bench, "/nothing.Nothing/Nothing", new Uint8Array()),
    }),
  },
  {
    id: "malformed/mutations",
    title: "of a hundred proposals with altered bytes none is endorsed, and the peer goes on",
    why: "Mutated bytes do no harm.",
    async run(bench) {
      const next = seeded(1);
      let endorsed = 0;
      for (let round = 0; round < 100; round++) {
        const bytes = mutated(bench.sign(bench.propose({ args: ["put", "mutated", "1"] })).serializeBinary(), next);
        if ((await sendRaw(bench, "/gateway.Gateway/Endorse", Buffer.concat([Buffer.of(0x1a), length(bytes.length), bytes]))) === "OK")
          endorsed++;
      }
      return { endorsed, afterwards: await bench.told(bench.transact("put", bench.key("alive"), "1")) };
    },
  },
];

/** Sizes differ by the length of certificates and configured limits. */
function sizes(text: string): string {
  return text.replace(/\d{6,}/g, "<size>");
}
