import { setTimeout as sleep } from "node:timers/promises";
import { readNetwork } from "../../lib/fabric/network";
import type { Stack } from "../stack";
import { sentAgain } from "./check";
import { type LedgerCopy, openCopies } from "./ledger-copy";
import { Load } from "./load";
import { Random } from "./random";
import { chooseStrike, type Processes, type Strike, strike } from "./strike";
import { verify } from "./verify";

export interface RoundsOptions {
  readonly devices: number;
  readonly seed: number;
  /** Which processes are struck; every one that a reading passes through when absent. */
  readonly parts?: readonly string[];
  /** Name of the process that leads the ordering at the moment, where there is one. */
  readonly leader?: () => Promise<string | undefined>;
  readonly say: (text: string) => void;
}

/** One process struck, and how long it took every device to have a batch confirmed after the fault was over, ms. */
export interface Struck extends Strike {
  readonly resumedMs: number;
}

export interface Round {
  readonly struck: readonly Struck[];
  readonly blocks: number;
  readonly records: number;
  readonly operations: Readonly<Record<"ok" | "fail" | "unknown" | "sentAgain", number>>;
  readonly seconds: number;
}

/** I5. */
const RESUME_WITHIN_MS = 30_000;
const SETTLE_WITHIN_MS = 60_000;
/** How long everything runs well before the next process is struck, ms. */
const CALM_MS = 500;

export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
  constructor(readonly findings: readonly string[]) {
    super(findings.slice(0, 20).join("\n"));
  }
}

/** A running product under load, whose processes are struck one after another. Rounds go on with the same devices, ledger and history. */
export class Rounds {
  readonly #stack: Pick<Stack, "context">;
  readonly #processes: Processes;
  readonly #options: RoundsOptions;
  readonly #random: Random;
  readonly #load: Load;
  readonly #copies: readonly LedgerCopy[];

  private constructor(
    stack: Pick<Stack, "context">,
    processes: Processes,
    options: RoundsOptions,
    load: Load,
    copies: readonly LedgerCopy[],
  ) {
    this.#stack = stack;
    this.#processes = processes;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#load = load;
    this.#copies = copies;
  }

  static async open(stack: Pick<Stack, "context">, processes: Processes, options: RoundsOptions): Promise<Rounds> {
    const load = await Load.open(stack, options.devices);
    return new Rounds(stack, processes, options, load, openCopies(await readNetwork(stack.context.layout.network)));
  }

  /** Strikes every process once, in an order that the seed gives, then checks I1 to I4. @throws InvariantBroken */
  async round(): Promise<Round> {
    const begun = performance.now();
    this.#load.start();
    await this.#resumed(performance.now(), "before anything was struck");
    const struck: Struck[] = [];
    for (const part of this.#random.shuffled(this.#options.parts ?? onThePath(this.#processes))) struck.push(await this.#strike(part));
    const leader = await this.#options.leader?.();
    if (leader !== undefined) struck.push(await this.#strike(leader));
    await this.#load.settle(SETTLE_WITHIN_MS);
    const { context } = this.#stack;
    const verified = await verify(await readNetwork(context.layout.network), context.databaseUrl, this.#load, this.#copies);
    if (verified.violations.length > 0) throw new InvariantBroken(verified.violations);
    const counted = { ok: 0, fail: 0, unknown: 0 };
    for (const { outcome } of this.#load.history.operations) counted[outcome ?? "unknown"]++;
    const { blocks, records } = verified;
    const operations = { ...counted, sentAgain: sentAgain(this.#load.history.operations) };
    return { struck, blocks, records, operations, seconds: Math.round((performance.now() - begun) / 1_000) };
  }

  close(): Promise<void> {
    return this.#load.close();
  }

  async #strike(part: string): Promise<Struck> {
    await sleep(CALM_MS);
    const planned = chooseStrike(part, this.#random);
    const over = await strike(this.#processes, planned);
    const resumedMs = await this.#resumed(over, `after ${planned.how} of ${part}`);
    this.#options.say(`    ${planned.how.padEnd(8)}${part.padEnd(22)} resumed after ${(resumedMs / 1_000).toFixed(1)} s`);
    return { ...planned, resumedMs };
  }

  async #resumed(since: number, when: string): Promise<number> {
    const resumed = await this.#load.resumed(since, RESUME_WITHIN_MS);
    if (typeof resumed === "number") return resumed;
    const missing = `${resumed.join(", ")} had nothing confirmed within ${RESUME_WITHIN_MS / 1_000} s ${when}`;
    throw new InvariantBroken([missing, ...this.#load.troubles()]);
  }
}

/** Everything that a reading passes through: not the organisations' CAs and signers, which nothing under way needs. */
const onThePath = (processes: Processes): string[] => Object.keys(processes.pids()).filter((name) => !name.startsWith("organisation-"));
