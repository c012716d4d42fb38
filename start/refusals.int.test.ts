/**
 * Every bad input on the real path: device → broker → proxy → ledger, or a person's signer → relay → ledger. Each has its own code, reaches
 * its sender as that code, is counted once under it, and leaves ledger, database and journal as they were (start/refusals/walk).
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Link } from "../device/ts/link";
import { batchRefusals } from "./refusals/contents";
import { identityRefusals } from "./refusals/identities";
import { messageRefusals } from "./refusals/messages";
import { statementRefusals } from "./refusals/statements";
import { Walk } from "./refusals/walk";
import { startSensor, type TestSensor } from "./testing/sensor";
import { startTestStack, type TestStack } from "./testing/stack";

let stack: TestStack;
let walk: Walk;
let good: TestSensor;
let link: Link;

beforeAll(async () => {
  stack = await startTestStack();
  walk = await Walk.begin(stack);
  const between = (real: Link): Link => {
    link = real;
    return real;
  };
  good = await startSensor(stack, "good", { between });
  await good.measure(5_000);
  await good.settle(20_000);
});
afterAll(async () => {
  await good?.close();
  await walk?.end();
  await stack?.end();
});

messageRefusals(() => walk);
identityRefusals(
  () => walk,
  () => good,
);
batchRefusals(
  () => walk,
  () => good,
  () => link,
);
statementRefusals(
  () => walk,
  () => good,
);

it("after all that the sensor goes on as if nothing had been", async () => {
  const { sequence } = good.journal.proved;
  await good.measure(4_999);
  await good.settle(20_000);
  expect(good.journal.proved.sequence).toBe(sequence + 1);
  await walk.caughtUp();
  const [row] = await walk.rows<{ whole: number }>("SELECT COUNT(*)::int AS whole FROM batch WHERE sensor = 'good'");
  expect(row?.whole).toBe(sequence + 1);
});
