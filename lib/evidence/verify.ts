/**
 * Checks an evidence file against roots that the reader pinned, without any server: form, identities, signatures, the rules run again, and what the
 * ledger attested. Runs in a browser and on a command line; words for people stand in words.ts.
 */

import type { Crypto } from "../../device/ts/crypto";
import type { SensorRecord, ShipmentRecord } from "../contract/state";
import { keys } from "../contract/state";
import { DomainError } from "../domain/errors";
import { judge } from "../domain/verdict";
import { WintersealError } from "../messages/errors";
import { EVENTS } from "../messages/functions";
import { Configuration } from "./configuration";
import { type EvidenceFile, readEvidence, type Subject } from "./file";
import { HeadCheck, type ReadRules, type VerifiedHead, verifyHead } from "./heads";
import type { Pins } from "./pins";
import { Difference, type Placed, Replay } from "./replay";
import { Findings, type RecordedShipment, type Report, type ReportedRoot } from "./report";
import { checkGenesis, checkRoots, reportRoot } from "./roots";
import { Scope } from "./scope";
import { decodeAll, signersOf, verifySignatures } from "./signatures";
import { Tally } from "./tally";

export interface VerifyOptions {
  /** Empty: nothing is pinned, and the answer is at best "internally consistent, unknown network". */
  readonly pins: Pins;
  /** Whether identities of a demonstration count. */
  readonly acceptDemonstration?: boolean;
  /** Distinct organisations that must have endorsed; 2 unless said otherwise. */
  readonly endorsements?: number;
  readonly verify: Crypto["verify"];
  /** Called now and then with the share of the work that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const ENDORSEMENTS = 2;
/** Signatures checked at once. */
const CHUNK = 128;

/** Never throws for what a file says: the report names it. */
export async function verifyEvidence(bytes: Uint8Array, options: VerifyOptions): Promise<Report> {
  const findings = new Findings();
  let file: EvidenceFile;
  try {
    file = readEvidence(bytes);
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    findings.fail("file", { code: "damaged", detail: error.message });
    return { ...EMPTY, outcome: findings.outcome(), checks: findings.checks() };
  }
  return verifyFile(file, options, findings);
}

const EMPTY: Omit<Report, "outcome" | "checks"> = { roots: [], network: null, subject: null, asAt: null, transactions: 0, record: null };

async function verifyFile(file: EvidenceFile, options: VerifyOptions, findings: Findings): Promise<Report> {
  const { verify, endorsements = ENDORSEMENTS, onProgress } = options;
  const base = { ...EMPTY, network: file.network, subject: file.subject, transactions: file.transactions.length };
  let configuration: Configuration;
  let roots: readonly ReportedRoot[];
  try {
    roots = file.roots.map(({ mspId, certificate }) => reportRoot(mspId, certificate, options.pins.roots));
    configuration = await Configuration.read(file, findings, verify);
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    findings.fail("network", { code: "unreadable", detail: error.message });
    return { ...base, outcome: findings.outcome(), checks: findings.checks() };
  }
  const transactions = decodeAll(file, findings);
  const { genesis } = configuration;
  const genesisPinned = genesis !== undefined && options.pins.genesis.includes(genesis);
  checkGenesis(genesis, options.pins, findings);
  checkRoots(roots, signersOf(transactions), genesisPinned, options, findings);
  const membersAt = (place: Placed["place"]) => configuration.membersAt(place.block, genesisPinned);
  const endorsers: (readonly string[])[] = [];
  for (let at = 0; at < transactions.length; at += CHUNK) {
    const chunk = transactions.slice(at, at + CHUNK);
    const rules = (each: Placed) => ({ ...file.network, endorsements, verify, members: membersAt(each.place) });
    endorsers.push(...(await Promise.all(chunk.map((each) => verifySignatures(each, rules(each), findings)))));
    onProgress?.((0.6 * (at + chunk.length)) / transactions.length);
  }
  const rules: ReadRules = { network: file.network, members: configuration.latest(genesisPinned), endorsements, verify };
  const heads = await verifyHeads(file, rules, findings);
  const { replay, tally } = await replayAll(file.subject, transactions, endorsers, findings, onProgress);
  const asAt = checkHeads(replay, heads, file.subject, findings);
  const record = recordOf(file.subject, replay, tally, asAt?.at ?? transactions.at(-1)?.timestamp ?? 0);
  checkSubject(file.subject, record, findings);
  return { ...base, outcome: findings.outcome(), checks: findings.checks(), roots, asAt, record };
}

async function verifyHeads(file: EvidenceFile, rules: ReadRules, findings: Findings): Promise<VerifiedHead[]> {
  const verified: VerifiedHead[] = [];
  for (const head of file.heads) {
    try {
      verified.push(await verifyHead(head, rules));
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      findings.fail("heads", { code: "head-invalid", detail: `an attested read: ${error.message}` });
    }
  }
  return verified;
}

async function replayAll(
  { shipment }: Subject,
  transactions: readonly Placed[],
  endorsers: readonly (readonly string[])[],
  findings: Findings,
  onProgress: VerifyOptions["onProgress"],
): Promise<{ replay: Replay; tally: Tally }> {
  const assigned = assignments(shipment, transactions);
  const replay = new Replay(new Scope(shipment, new Set(assigned.keys())));
  const tally = new Tally(shipment);
  const begun = new Set<string>();
  try {
    for (const [index, transaction] of transactions.entries()) {
      const sensor = startOf(transaction, assigned, begun);
      if (sensor !== undefined) {
        adopt(replay, transaction, sensor, assigned.get(sensor), findings);
        continue;
      }
      const { facts, call } = await replay.apply(transaction, endorsers[index] ?? []);
      if (facts) tally.add(facts, call);
      if (index % CHUNK === 0) onProgress?.(0.6 + (0.4 * index) / transactions.length);
    }
  } catch (error) {
    const { check, message, transaction } = asDifference(error);
    const code = CODE_OF[check];
    findings.fail(check, { code, detail: message, ...(transaction !== "" && { transaction }) });
  }
  return { replay, tally };
}

const CODE_OF = { sequence: "missing", endorsements: "agreement", rules: "rules", start: "start" } as const;

/** Records and events are read before anything is known of who wrote them: what cannot be read is a difference like any other. */
function asDifference(error: unknown): Difference {
  if (error instanceof Difference) return error;
  const isUnreadable = [SyntaxError, TypeError, RangeError, DomainError, WintersealError].some((kind) => error instanceof kind);
  if (!isUnreadable) throw error;
  return new Difference("rules", `a record cannot be read: ${(error as Error).message}`, "", { cause: error });
}

/** Sensors of the shipment, and where their assignment stands in the file. */
function assignments(shipment: string, transactions: readonly Placed[]): ReadonlyMap<string, Placed> {
  const assigned = new Map<string, Placed>();
  for (const transaction of transactions) {
    if (transaction.function !== "shipment:Assign") continue;
    const statement = parseStatement(transaction.args[0]);
    if (statement?.shipment === shipment && typeof statement.sensor === "string" && !assigned.has(statement.sensor))
      assigned.set(statement.sensor, transaction);
  }
  return assigned;
}

function parseStatement(bytes: Uint8Array | undefined): { readonly shipment?: unknown; readonly sensor?: unknown } | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as { shipment?: unknown; sensor?: unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The sensor whose chain begins here in the file, unless it is the chain's own beginning, which is recomputed like all the rest. */
function startOf(transaction: Placed, assigned: ReadonlyMap<string, Placed>, begun: Set<string>): string | undefined {
  if (transaction.function !== "batch:Record" || transaction.event?.name === EVENTS.sensorSuspended) return undefined;
  const head = [...transaction.reads.keys()].find((key) => key.startsWith("head~"));
  const sensor = head?.slice("head~".length) ?? "";
  if (!assigned.has(sensor) || begun.has(sensor)) return undefined;
  begun.add(sensor);
  return transaction.reads.get(keys.head(sensor)) === undefined ? undefined : sensor;
}

function adopt(replay: Replay, transaction: Placed, sensor: string, assignment: Placed | undefined, findings: Findings): void {
  const { place } = transaction;
  const isEarlier =
    assignment !== undefined &&
    (place.block < assignment.place.block || (place.block === assignment.place.block && place.position < assignment.place.position));
  if (!isEarlier) throw new Difference("start", `the batches of ${sensor} begin after its assignment`, transaction.id);
  replay.adopt(transaction, sensor);
  const start = replay.starts.get(sensor);
  findings.note("start", {
    code: "adopted",
    detail: `${sensor}: from batch ${(start?.sequence ?? 0) + 1} on`,
    transaction: transaction.id,
  });
}

function checkHeads(replay: Replay, heads: readonly VerifiedHead[], { shipment }: Subject, findings: Findings): Report["asAt"] {
  const compared = new HeadCheck(replay, findings).compare(heads, shipment);
  if (!compared) {
    const detail = "no attested read of the shipment: nothing shows that later records are not left out";
    findings.leaveOpen("heads", { code: "no-heads", detail });
    return null;
  }
  const own = heads.find(({ answer }) => answer.question.kind === "shipment");
  const blocks = [...(own?.read.reads.values() ?? [])].flatMap((version) => (version ? [version.block] : []));
  return { at: own?.read.timestamp ?? 0, block: Math.max(0, ...blocks) };
}

function recordOf({ shipment: id }: Subject, replay: Replay, tally: Tally, now: number): RecordedShipment | null {
  const shipment = replay.record<ShipmentRecord>(keys.shipment(id));
  if (shipment === undefined) return null;
  const facts = tally.facts(shipment, (sensor) => replay.record<SensorRecord>(keys.sensor(sensor)));
  const readings = new Map(shipment.assignments.map(({ sensor }) => [sensor, tally.readings(sensor)]));
  return {
    shipment,
    facts,
    verdict: judge(facts, now),
    violations: tally.violations,
    inspections: tally.inspections,
    excursions: tally.excursions,
    readings,
  };
}

function checkSubject(subject: Subject, record: RecordedShipment | null, findings: Findings): void {
  if (record !== null && holdsSubject(subject, record)) return;
  findings.fail("subject", { code: "subject-unknown", detail: `the ${subject.kind} that the file is about is not in its own record` });
}

function holdsSubject(subject: Subject, { violations, inspections, readings }: RecordedShipment): boolean {
  switch (subject.kind) {
    case "shipment":
      return true;
    case "violation":
      return violations.some((it) => it.sensor === subject.sensor && it.rule === subject.rule && it.number === subject.number);
    case "inspection":
      return inspections.some((it) => it.seal === subject.seal && it.number === subject.number);
    case "batch":
      return readings.get(subject.sensor)?.some((it) => it.sequence === subject.sequence) ?? false;
    case "reading":
      return readings.get(subject.sensor)?.some((it) => it.sequence === subject.sequence && it.index === subject.index) ?? false;
  }
}
