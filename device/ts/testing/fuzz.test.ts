import { expect, test } from "vitest";
import { fuzz } from "./fuzz";

test("20,000 mutated messages are read or refused by a typed error, on both ends", async () => {
  const { findings, refused, read } = await fuzz(20261125, 20_000);
  expect(findings).toEqual([]);
  expect(refused).toBeGreaterThan(10_000);
  expect(read).toBeGreaterThan(500);
});
