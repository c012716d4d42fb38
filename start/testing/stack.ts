import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ORGANISATIONS } from "../layout";
import type { Ports } from "../ports";
import { freePort } from "../ports";
import { type Stack, startStack } from "../stack";

export interface TestStack extends Stack {
  readonly data: string;
  /** Stops everything and deletes its data. */
  end(): Promise<void>;
}

/** The real product without its website on a fresh data folder and free ports. Each test file may have one of its own. */
export async function startTestStack(say: (text: string) => void = () => undefined, seed = false): Promise<TestStack> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-stack-"));
  const root = process.cwd();
  const stack = await startStack({
    root,
    data,
    ports: await freePorts(),
    host: "127.0.0.1",
    name: "localhost",
    tls: false,
    face: "proxy",
    seed,
    fleet: false,
    say,
  });
  return {
    ...stack,
    data,
    end: async () => {
      await stack.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function freePorts(): Promise<Ports> {
  const row = async () => Object.fromEntries(await Promise.all(ORGANISATIONS.map(async ({ id }) => [id, await freePort()] as const)));
  return {
    web: await freePort(),
    relay: await freePort(),
    postgres: await freePort(),
    broker: await freePort(),
    display: await freePort(),
    peers: await row(),
    contracts: await row(),
    ca: await row(),
    signers: await row(),
  };
}
