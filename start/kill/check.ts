/** The invariants of a history against copies of the ledger and the devices' journals. Pure: says every difference in words. */
import type { Operation } from "./history";

/** One `batch:Record` as a peer delivers it, valid or not. */
export interface LedgerRecord {
  readonly block: number;
  readonly transactionId: string;
  readonly validationCode: number;
  readonly sensor: string;
  readonly sequence: number;
  /** hex */
  readonly hash: string;
  readonly previous: string;
  /** milli-°C, in order */
  readonly temperatures: readonly number[];
}

/** A device at rest. */
export interface DeviceState {
  readonly id: string;
  /** What its journal knows to be on the ledger. */
  readonly proved: { readonly sequence: number; readonly hash: string };
  /** Batches in the journal that are not proved. */
  readonly frozen: readonly { readonly sequence: number; readonly hash: string; readonly temperatures: readonly number[] }[];
  /** Readings in the journal that are in no batch yet. */
  readonly waiting: number;
  /** Everything it ever measured, in order. */
  readonly measured: readonly number[];
}

const VALID = 0;
const ZEROS = "0".repeat(64);

/** @returns every way in which the invariants do not hold; empty when they do */
export function violations(operations: readonly Operation[], ledger: readonly LedgerRecord[], devices: readonly DeviceState[]): string[] {
  const valid = ledger.filter(({ validationCode }) => validationCode === VALID);
  return [
    ...settled(operations, valid),
    ...invented(operations, valid),
    ...devices.flatMap((device) => {
      const recorded = valid.filter(({ sensor }) => sensor === device.id);
      const done = operations.filter(({ sensor }) => sensor === device.id);
      return [...chained(device.id, recorded), ...ordered(device.id, done), ...kept(device, recorded)];
    }),
  ];
}

/** I1: what a device was told is committed is there, once, where it was said to be; what it was told will never be there is not. */
function settled(operations: readonly Operation[], valid: readonly LedgerRecord[]): string[] {
  const places = new Map<string, LedgerRecord[]>();
  for (const record of valid) places.set(record.transactionId, [...(places.get(record.transactionId) ?? []), record]);
  return operations.flatMap((operation) => {
    const { sensor, sequence, transactionId, outcome } = operation;
    const found = places.get(transactionId) ?? [];
    const name = `${sensor}/${sequence} (${transactionId.slice(0, 8)})`;
    if (found.length > 1) return [`${name} is on the ledger ${found.length} times`];
    if (outcome === "ok" && found.length === 0) return [`${name} was confirmed and is not on the ledger`];
    if (outcome === "ok" && found[0]?.block !== operation.block)
      return [`${name} was confirmed in block ${operation.block} and stands in block ${found[0]?.block}`];
    if (outcome === "fail" && found.length > 0) return [`${name} was said to be invalid and is on the ledger`];
    return [];
  });
}

/** Nothing is on the ledger that its sensor did not send, as it sent it. */
function invented(operations: readonly Operation[], valid: readonly LedgerRecord[]): string[] {
  const sent = new Map(operations.map((operation) => [operation.transactionId, operation]));
  return valid.flatMap(({ sensor, sequence, hash, transactionId }) => {
    const operation = sent.get(transactionId);
    if (operation === undefined) return [`${sensor}/${sequence} is on the ledger and was never sent`];
    const same = operation.sensor === sensor && operation.sequence === sequence && operation.hash === hash;
    return same ? [] : [`${sensor}/${sequence} is on the ledger with other content than was sent`];
  });
}

/** I2: contiguous and hash-linked, in the order of the ledger. */
function chained(sensor: string, recorded: readonly LedgerRecord[]): string[] {
  return recorded.flatMap((record, index) => {
    const before = recorded[index - 1];
    if (record.sequence !== index + 1) return [`${sensor}: number ${record.sequence} stands where ${index + 1} belongs`];
    return record.previous === (before?.hash ?? ZEROS) ? [] : [`${sensor}/${record.sequence} does not continue the batch before it`];
  });
}

/** One content for each number. */
function ordered(sensor: string, operations: readonly Operation[]): string[] {
  const contents = new Map<number, string>();
  return operations.flatMap(({ sequence, hash }) => {
    const before = contents.get(sequence) ?? hash;
    contents.set(sequence, hash);
    return before === hash ? [] : [`${sensor}: number ${sequence} was sent with two contents`];
  });
}

/**
 * Batches that a device sent again after it had been told that they were committed. No harm: the second is found invalid, or endorsed as recorded
 * already. It happens where an attested read meets peers that are behind, which say truly that they do not have it.
 */
export function sentAgain(operations: readonly Operation[]): number {
  const confirmed = new Map<string, { readonly sequence: number; readonly at: number }>();
  let count = 0;
  for (const { sensor, sequence, invoked, outcome, ended = 0 } of [...operations].sort((a, b) => a.invoked - b.invoked)) {
    const last = confirmed.get(sensor);
    if (last !== undefined && sequence <= last.sequence && invoked > last.at) count++;
    if (outcome === "ok" && sequence > (last?.sequence ?? 0)) confirmed.set(sensor, { sequence, at: ended });
  }
  return count;
}

/** I3: every reading is on the ledger or still on the device, in order; what the journal calls proved is recorded. */
function kept({ id, proved, frozen, waiting, measured }: DeviceState, recorded: readonly LedgerRecord[]): string[] {
  const found: string[] = [];
  const head = recorded.at(-1);
  const last = head?.sequence ?? 0;
  if (proved.sequence > 0 && recorded[proved.sequence - 1]?.hash !== proved.hash) {
    found.push(`${id} holds number ${proved.sequence} for proved and the ledger does not have it`);
  }
  const onDevice = frozen.filter(({ sequence }) => sequence > last).flatMap(({ temperatures }) => temperatures);
  const known = [...recorded.flatMap(({ temperatures }) => temperatures), ...onDevice];
  if (known.length + waiting !== measured.length) {
    found.push(`${id} measured ${measured.length} readings; the ledger and its journal hold ${known.length + waiting}`);
  }
  const different = known.findIndex((temperature, index) => temperature !== measured[index]);
  if (different >= 0) found.push(`${id}: reading ${different + 1} is ${known[different]} and was measured as ${measured[different]}`);
  return found;
}
