import { beforeAll, describe, expect, it } from "vitest";
import { expectBatch } from "../../device/ts/batch-result";
import { parseResult } from "../../device/ts/client";
import type { Link } from "../../device/ts/link";
import type { FromBody } from "../../device/ts/link-messages";
import { type Batch, batchHash, encodeBatch, FIRST_PREVIOUS, MAX_READINGS } from "../../lib/domain/batch";
import { ByteWriter } from "../../lib/domain/bytes";
import type { ErrorCode } from "../../lib/messages/errors";
import { startSensor, type TestSensor } from "../testing/sensor";
import { argumentsOf, BOOT, encodeUnchecked, nextOf, READING } from "./batches";
import type { Walk } from "./walk";
import { recording } from "./wire";

/** peer.TxValidationCode */
const DUPLICATE_TXID = 9;

/** A batch that says it has more readings than a batch may. */
function tooMany(batch: ReturnType<typeof nextOf>): Uint8Array {
  const out = new ByteWriter().byte(1).byte(1).unsigned(batch.sequence).raw(batch.previous).raw(batch.boot);
  return out
    .byte(0)
    .unsigned(MAX_READINGS + 1)
    .finish();
}

export function batchRefusals(the: () => Walk, good: () => TestSensor, otherLink: () => Link): void {
  describe("a batch of the right sensor", () => {
    const next = (change: Parameters<typeof nextOf>[1] = {}) => nextOf(good(), change);
    const cases: readonly [string, ErrorCode, () => Uint8Array[]][] = [
      ["whose number is not the next", "SEQUENCE_GAP", () => argumentsOf(next({ sequence: next().sequence + 1 }))],
      ["that continues another chain", "PREVIOUS_HASH", () => argumentsOf(next({ previous: FIRST_PREVIOUS }))],
      ["that declares lost what is recorded", "SEQUENCE_PAST", () => argumentsOf(lostFrom(1))],
      ["whose ticks run backwards", "TICKS_BACKWARDS", () => argumentsOf(next({ readings: [READING, { ...READING, tick: 9 }] }))],
      ["measured after it was signed", "TICKS_BACKWARDS", () => argumentsOf(next(), 9)],
      ["below absolute zero", "VALUE_RANGE", () => argumentsOf(encodeUnchecked(next(), -273_151, null))],
      ["above what a sensor can say", "VALUE_RANGE", () => argumentsOf(encodeUnchecked(next(), 1_000_001, null))],
      ["with more than all humidity", "VALUE_RANGE", () => argumentsOf(encodeUnchecked(next(), 5_000, 1_001))],
      ["with less than no humidity", "VALUE_RANGE", () => argumentsOf(encodeUnchecked(next(), 5_000, -1))],
      ["with too many readings", "BATCH_TOO_LARGE", () => argumentsOf(tooMany(next()))],
      ["that is cut off", "BATCH_MALFORMED", () => argumentsOf(encodeBatch(next()).subarray(0, -1))],
      ["with bytes left over", "BATCH_MALFORMED", () => argumentsOf(Uint8Array.of(...encodeBatch(next()), 0))],
      ["of an unknown version", "BATCH_VERSION", () => argumentsOf(Uint8Array.of(9, ...encodeBatch(next()).subarray(1)))],
      ["without its moment", "ARGUMENT_INVALID", () => argumentsOf(next()).slice(0, 1)],
    ];
    const lostFrom = (from: number): Batch => {
      const { sequence, previous } = next();
      return { kind: "lost", sequence, previous, boot: BOOT, from, to: sequence, reason: "test" };
    };
    it.each(cases)("%s is %s", async (_, code, args) => {
      await the().refused(code, () => good().client.endorse("batch:Record", args(), parseResult), { sensor: good() });
    });

    it.each([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      5.5,
      -273_151,
      1_000_001,
    ])("with %d °C/1000 does not leave its sensor: VALUE_RANGE", async (temperature) => {
      const encode = async () => encodeBatch(next({ readings: [{ ...READING, temperature }] }));
      await the().refused("VALUE_RANGE", encode, { sensor: good(), counted: false });
      await the().refused("VALUE_RANGE", () => good().measure(temperature), { sensor: good(), counted: false });
    });
  });

  describe("what was committed and comes again", () => {
    const asked: FromBody[] = [];
    let link: Link;
    let again: TestSensor;
    let batch: ReturnType<typeof nextOf>;

    beforeAll(async () => {
      const between = (real: Link): Link => {
        link = real;
        return recording(asked)(real);
      };
      again = await startSensor(the().stack, "again", { between });
      await again.step(); // learns the time
      batch = nextOf(again);
      const { submit } = await again.client.endorse("batch:Record", argumentsOf(batch), parseResult);
      await submit();
      return () => again.close();
    });

    const sent = <T extends FromBody["type"]>(type: T) => {
      const body = asked.find((one) => one.type === type);
      if (body === undefined) throw new Error(`no ${type} was sent`);
      return body;
    };
    const unchanged = async (act: () => Promise<void>) => {
      const [world, counts] = [await the().world(), await the().counts()];
      await act();
      expect(await the().world()).toEqual(world);
      expect(await the().counts()).toEqual(counts);
    };

    it("as the same batch is a success that says so and writes nothing", async () => {
      const head = { sequence: 1, hash: batchHash("again", encodeBatch(batch)) };
      await unchanged(async () => {
        const { value } = await again.client.endorse("batch:Record", argumentsOf(batch, 30), expectBatch("again", head));
        expect(value).toBe("already-recorded");
      });
    });

    it("as the same proposal is DUPLICATE", async () => {
      await the().refused("DUPLICATE", () => link.request(sent("sendTXP"), 10_000), { sensor: again });
    });

    it("as the same transaction is told what became of the first, and is ordered no second time", async () => {
      await unchanged(async () => {
        const answers = [await link.request(sent("sendTX"), 10_000), await link.request(sent("sendTX"), 10_000)];
        expect(answers).toEqual(answers.map((answer) => ({ ...answer, type: "committed", validationCode: 0 })));
      });
    });

    it("as the same transaction to a proxy that knows nothing of it is INVALID on the ledger, changes no state, and is told the first one's fate", async () => {
      const first = await link.request(sent("sendTX"), 10_000);
      // A new proxy is shown the newest block and would know what stands in it: a registration moves on from there.
      await (await startSensor(the().stack, "newest")).close();
      const before = await the().world();
      const pid = the().stack.pids().proxy;
      if (pid === undefined) throw new Error("no proxy runs");
      process.kill(pid, "SIGKILL");
      const told = { ...first, request: expect.any(Number) };
      expect(await link.request(sent("sendTX"), 30_000)).toEqual(told);
      // The orderer took it, as Fabric's does, and the validators find it invalid a moment later.
      const id = Buffer.from(first.type === "committed" ? first.transactionId : []).toString("hex");
      const codes = `SELECT validation_code AS code FROM "transaction" WHERE id = '${id}' ORDER BY block, position`;
      const validated = async () => (await the().rows<{ code: number }>(codes)).map(({ code }) => code);
      await expect.poll(validated, { timeout: 10_000 }).toEqual([0, DUPLICATE_TXID]);
      const after = await the().world();
      const changed = Object.keys(after.tables).filter((table) => after.tables[table] !== before.tables[table]);
      expect(changed.filter((table) => !["block", "transaction", "checkpoint"].includes(table))).toEqual([]);
    });

    it("from another device is not its own to send: CREATOR_MISMATCH", async () => {
      await the().refused("CREATOR_MISMATCH", () => otherLink().request(sent("sendTX"), 10_000), { sensor: good() });
    });
  });
}
