import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Members } from "../evidence/members";
import { deliverBlocks } from "../fabric/blocks";
import { type Connection, connect } from "../fabric/connection";
import { chainHeight } from "../fabric/height";
import { readIdentity, type SigningIdentity } from "../fabric/identity-node";
import type { Network } from "../messages/network";
import { certificatesIn } from "../messages/pem";
import type { ProjectionRules } from "./channel";
import type { Source } from "./feed";
import { hearNews, type News } from "./news";
import { type Log, Runner, type RunnerOptions } from "./runner";
import { nodeVerify } from "./verify-node";

export type { News };

export interface ProjectionSettings {
  /** As `readNetwork` gives it: absolute paths. */
  readonly network: Network;
  /** A migrated database (lib/store/migrate). */
  readonly databaseUrl: string;
  readonly log: Log;
  /** Distinct organisations that must show each block before it counts. 1 believes whoever runs that one peer; 2 by default. */
  readonly witnesses?: number;
  /** Called with what devices wait for, whichever process's projection wrote it. */
  readonly heard?: (news: News) => void;
}

export interface ProjectionStatus {
  /** Blocks applied. */
  readonly height: number;
  /** Blocks on the ledger that are not applied yet, as far as known. */
  readonly lagBlocks: number;
  /** Why nothing is applied any more, or null. */
  readonly halted: string | null;
  /** Whether this process writes; another one's projection may. */
  readonly writing: boolean;
}

export interface RunningProjection {
  status(): ProjectionStatus;
  /** Ends after the group in hand; what is not committed is read again at the next start. */
  stop(): Promise<void>;
}

/** How often the ledger is asked for its height. */
const HEIGHT_MS = 2_000;

/**
 * Starts the projection in this process. It recovers by itself from whatever goes away and never throws later; `status` and the log tell.
 * @throws Error at once when the network names unreadable files or too few organisations.
 */
export async function startProjection(settings: ProjectionSettings): Promise<RunningProjection> {
  const stopping = new AbortController();
  const ledger = await openLedger(settings);
  const runner = new Runner({ ...ledger.options, databaseUrl: settings.databaseUrl, log: settings.log, signal: stopping.signal });
  let height = 0;
  const running = runner.run();
  const watching = watchHeight(ledger, stopping.signal, (seen) => {
    height = Math.max(height, seen);
  });
  const { heard, databaseUrl } = settings;
  const hearing = heard && hearNews(databaseUrl, stopping.signal, heard);
  return {
    status() {
      const { checkpoint, seen, writing } = runner.progress;
      const applied = checkpoint.block + 1;
      return { height: applied, lagBlocks: Math.max(0, Math.max(seen, height) - applied), halted: checkpoint.halted, writing };
    },
    async stop() {
      stopping.abort();
      await Promise.all([running, watching, hearing]);
      ledger.connection.close();
    },
  };
}

export interface Ledger {
  readonly connection: Connection;
  readonly identity: SigningIdentity;
  readonly channel: string;
  readonly options: Pick<RunnerOptions, "sources" | "witnesses" | "open" | "rules">;
}

/** Everything that the projection needs of one network; the caller closes the connection. */
export async function openLedger({ network, witnesses = 2 }: Pick<ProjectionSettings, "network" | "witnesses">): Promise<Ledger> {
  const { channel, operator } = network;
  const identity = await readIdentity(operator.mspId, operator.certificate, operator.privateKey);
  const rules = await readRules(network);
  const sources: Source[] = network.organisations
    .filter(({ peers }) => peers.length > 0)
    .map(({ mspId, peers }) => ({ mspId, peers: peers.map(({ name }) => name) }));
  if (sources.length < witnesses)
    throw new Error(`each block must be shown by ${witnesses} organisations and network.json names peers of only ${sources.length}`);
  const connection = await connect(network);
  const open: RunnerOptions["open"] = (name, from, signal) => {
    const peer = connection.peers.find((candidate) => candidate.name === name);
    if (!peer) throw new TypeError(`no peer ${name}`);
    return deliverBlocks(peer, { channel, identity, from: BigInt(from), signal });
  };
  return { connection, identity, channel, options: { sources, witnesses, open, rules } };
}

async function readRules(network: Network): Promise<ProjectionRules> {
  const { channel, chaincode, endorsements, organisations, genesis } = network;
  const files = await Promise.all(organisations.map(async ({ mspId, root }) => ({ mspId, text: await readFile(root, "utf8") })));
  const roots = files.flatMap(({ mspId, text }) => certificatesIn(text).map((pem) => ({ mspId, pem })));
  return { channel, chaincode, endorsements, members: Members.of(roots), verify: nodeVerify(), ...(genesis !== undefined && { genesis }) };
}

/** Highest number of blocks that any peer tells of; one that is away tells nothing, and the streams log that. */
export async function ledgerHeight({ connection, identity, channel }: Ledger): Promise<number> {
  const asked = connection.peers.map((peer) => chainHeight(peer, identity, channel, HEIGHT_MS).catch(() => 0));
  return Math.max(0, ...(await Promise.all(asked)));
}

async function watchHeight(ledger: Ledger, signal: AbortSignal, onHeight: (height: number) => void): Promise<void> {
  while (!signal.aborted) {
    onHeight(await ledgerHeight(ledger));
    await sleep(HEIGHT_MS, undefined, { signal }).catch(() => undefined);
  }
}
