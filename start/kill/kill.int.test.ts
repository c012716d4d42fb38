/**
 * Kills a running product's processes under load, one after another: all of the embedded stack's, and on real Fabric one of each kind and whoever leads
 * the ordering. `npm run kill` does it for all of them, for as many rounds as wanted.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeFabric } from "../testing/fabric";
import { startTestStack, type TestStack } from "../testing/stack";
import { leaderOf } from "./leader";
import { Rounds } from "./rounds";

const SEED = 20261125;
const say = () => undefined;

describe("a running product whose processes are killed, frozen and restarted under load", () => {
  let stack: TestStack;
  let rounds: Rounds;
  beforeAll(async () => {
    stack = await startTestStack();
    rounds = await Rounds.open(stack, stack, { devices: 8, seed: SEED, say });
  });
  afterAll(async () => {
    await rounds?.close();
    await stack?.end();
  });

  it("keeps every invariant, whichever is struck: journals = ledger = database = rebuilt database, and work resumes by itself", async () => {
    const { struck, operations, records } = await rounds.round();
    const names = struck.map(({ part }) => part).sort();
    expect(names).toEqual(["broker", "contract-authority", "contract-recipient", "contract-shipper", "ledger", "postgres", "proxy"]);
    expect(operations.ok).toBeGreaterThan(30);
    expect(records).toBeGreaterThanOrEqual(operations.ok);
  }, 300_000);
});

describeFabric("a running product on real Fabric whose processes are killed, frozen and restarted under load", (binaries) => {
  let stack: TestStack;
  let rounds: Rounds;
  beforeAll(async () => {
    const release = binaries.version.split(".").slice(0, 2).join(".");
    stack = await startTestStack(undefined, false, { kind: "fabric", release });
    const leader = () => leaderOf(stack.context.ports.web);
    rounds = await Rounds.open(stack, stack, {
      devices: 6,
      seed: SEED,
      say,
      leader,
      parts: ["peer0.shipper", "contract-recipient", "proxy"],
    });
  }, 240_000);
  afterAll(async () => {
    await rounds?.close();
    await stack?.end();
  });

  it("keeps every invariant when a peer, a contract process, the proxy and the leading orderer are struck", async () => {
    const { struck, operations } = await rounds.round();
    expect(struck.length).toBe(4);
    expect(struck.at(-1)?.part).toMatch(/^orderer\./);
    expect(operations.ok).toBeGreaterThan(20);
  }, 300_000);
});
