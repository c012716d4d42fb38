import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMPACT_LEVEL } from "../../../lib/messages/link";
import { CompactProxy } from "../../../proxy/relay/compact";
import { fromHex, toHex } from "../bytes";
import { decodeFrom, decodeTo, encodeFrom, encodeTo } from "../link-messages";
import { record, type Vectors } from "../testing/vectors";
import { CompactDevice } from "./device";

const FILE = new URL("../../vectors/compact.json", import.meta.url);

if (process.env.UPDATE_VECTORS === "1") writeFileSync(FILE, `${JSON.stringify((await record()).vectors, null, 1)}\n`);

const { sensor, exchanges } = JSON.parse(readFileSync(FILE, "utf8")) as Vectors;

test("both ends still write and read every byte of the vectors that other implementations are tested with", () => {
  const [device, proxy] = [new CompactDevice(sensor), new CompactProxy(COMPACT_LEVEL)];
  for (const { what, type, level, sent, sentFull, answerLevel, received, receivedFull } of exchanges) {
    const message = decodeFrom(type, fromHex(sentFull));
    const out = device.encode(message);
    expect([what, out.level, toHex(out.bytes)]).toEqual([what, level, sent]);
    const opening = proxy.open(sensor, level, fromHex(sent));
    expect([what, toHex(encodeFrom(opening.message))]).toEqual([what, sentFull]);
    const answerType = { sendTXP: "endorsed", read: "answer", sendTX: "committed" }[type] ?? type;
    const answer = decodeTo(answerType, fromHex(receivedFull));
    const reply = opening.reply(answer);
    expect([what, reply.level, toHex(reply.bytes)]).toEqual([what, answerLevel, received]);
    expect([what, toHex(encodeTo(device.decode(answerLevel, fromHex(received))))]).toEqual([what, receivedFull]);
  }
});

test("the vectors hold each kind of message", () => {
  const kinds = new Set(exchanges.flatMap(({ sent, received }) => [`from ${sent.slice(0, 2)}`, `to ${received.slice(0, 2)}`]));
  expect([...kinds].sort()).toEqual(["from 01", "from 02", "from 12", "from 22", "to 01", "to 02", "to 12", "to 22"]);
});
