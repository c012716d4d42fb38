import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineChoice, FABRIC_OFFSET } from "../engine";
import { freeBasePort } from "../fabric/network";
import { ORGANISATIONS } from "../layout";
import type { Ports } from "../ports";
import { freePort } from "../ports";
import { type Stack, type StackOptions, startStack } from "../stack";

export interface TestStack extends Stack {
  readonly data: string;
  /** Stops everything and starts it again on the same data. */
  restart(): Promise<void>;
  /** Stops everything and deletes its data. */
  end(): Promise<void>;
}

/** The real product without its website on a fresh data folder and free ports. Each test file may have one of its own. */
export async function startTestStack(
  say: (text: string) => void = () => undefined,
  seed = false,
  engine: EngineChoice = { kind: "embedded" },
  /** A stack that was stopped: goes on with its data and ports. */
  before?: TestStack,
): Promise<TestStack> {
  const data = before?.data ?? mkdtempSync(join(tmpdir(), "winterseal-stack-"));
  const root = process.cwd();
  const options: StackOptions = {
    root,
    data,
    ports: before?.context.ports ?? (await freePorts(engine)),
    host: "127.0.0.1",
    name: "localhost",
    tls: false,
    face: "proxy",
    seed,
    fleet: false,
    engine,
    say,
  };
  let stack = await startStack(options).catch((error: unknown) => {
    if (before === undefined) rmSync(data, { recursive: true, force: true });
    throw error;
  });
  return {
    get context() {
      return stack.context;
    },
    pids: () => stack.pids(),
    stop: () => stack.stop(),
    data,
    restart: async () => {
      await stack.stop();
      stack = await startStack(options);
    },
    end: async () => {
      await stack.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function freePorts({ kind }: EngineChoice): Promise<Ports> {
  const row = async () => Object.fromEntries(await Promise.all(ORGANISATIONS.map(async ({ id }) => [id, await freePort()] as const)));
  return {
    web: kind === "fabric" ? (await freeBasePort()) - FABRIC_OFFSET : await freePort(),
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
