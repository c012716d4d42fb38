import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openApiDocument } from "./openapi";

it("is written down in docs/openapi.json as the routes parse it", async () => {
  // Changed on purpose: npx vitest run --project unit lib/exchange/api -u writes it anew.
  await expect(`${JSON.stringify(openApiDocument(), null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
});

it("describes every operation with its scope, its refusals and its rate", () => {
  const { paths } = JSON.parse(readFileSync("docs/openapi.json", "utf8")) as {
    paths: Record<string, { get: { security: unknown[]; responses: object } }>;
  };
  for (const { get } of Object.values(paths)) {
    expect(get.security).toHaveLength(1);
    expect(Object.keys(get.responses)).toEqual(expect.arrayContaining(["200", "400", "401", "403", "429"]));
  }
});
