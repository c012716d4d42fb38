/**
 * Attested reads: what the ledger itself said of the shipment, its sensors and their batches, "as at" a time, signed by endorsers of distinct
 * organisations. Nothing that stood on the ledger then can be left out of the file without a difference to them.
 */

import type { Crypto } from "../../device/ts/crypto";
import {
  type AgreementRecord,
  type BatchRecord,
  type HeadRecord,
  keys,
  type SealRecord,
  type SensorRecord,
  type ShipmentRecord,
} from "../contract/state";
import { parseCanonicalJson } from "../domain/canonical-json";
import { WintersealError } from "../messages/errors";
import { ATTESTED_READ_DOMAIN, type AttestedAnswer, type BatchAnswer, type SensorAnswer, type ShipmentAnswer } from "../messages/functions";
import { type AttestedRead, decodeEndorsement, decodeRead } from "./decode";
import type { AttestedHead, EvidenceFile } from "./file";
import { Difference, type Replay } from "./replay";
import type { Findings } from "./report";
import { type Identities, verifyEndorsements } from "./verify-transaction";

export interface ReadRules {
  readonly network: EvidenceFile["network"];
  readonly members: Identities;
  readonly endorsements: number;
  readonly verify: Crypto["verify"];
}

export interface VerifiedHead {
  readonly read: AttestedRead;
  readonly answer: AttestedAnswer;
}

/**
 * One attested read by itself: its signatures, and that question, nonce and answer belong together.
 * @throws WintersealError MESSAGE_MALFORMED, PROPOSAL_REFUSED, ENDORSED_HEADER, ENDORSED_RESULT, ENDORSERS_TOO_FEW
 */
export async function verifyHead({ proposal, payload, endorsements }: AttestedHead, rules: ReadRules): Promise<VerifiedHead> {
  const read = decodeRead(proposal, payload);
  const { chaincode, channel, function: name, args, proposalHash, writes } = read;
  const names = [chaincode.header, chaincode.invoked, chaincode.endorsed];
  if (channel !== rules.network.channel || names.some((each) => each !== rules.network.chaincode))
    throw new WintersealError("PROPOSAL_REFUSED");
  if (name !== "attest:Read" || args.length !== 2) throw new WintersealError("ENDORSED_RESULT", "it is no attested read");
  if (!same(proposalHash.endorsed, proposalHash.actual)) throw new WintersealError("ENDORSED_HEADER");
  if (writes.size > 0) throw new WintersealError("ENDORSED_RESULT", "a read writes nothing");
  const signed = { responsePayload: payload, endorsements: endorsements.map(decodeEndorsement) };
  const signers = await verifyEndorsements(signed, rules);
  if (signers.length < endorsements.length) throw new WintersealError("ENDORSER_SIGNATURE", "one of its endorsements does not hold");
  return { read, answer: answerOf(read) };
}

function answerOf({ result, args }: AttestedRead): AttestedAnswer {
  let answer: AttestedAnswer;
  try {
    answer = parseCanonicalJson(result) as unknown as AttestedAnswer;
    const asked = JSON.stringify(parseCanonicalJson(args[0] ?? new Uint8Array()));
    const nonce = new TextDecoder().decode(args[1]);
    if (answer.domain === ATTESTED_READ_DOMAIN && JSON.stringify(answer.question) === asked && answer.nonce === nonce) return answer;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new WintersealError("ENDORSED_RESULT", "the answer cannot be read", {}, { cause });
  }
  throw new WintersealError("ENDORSED_RESULT", "the answer is to another question");
}

/** Holds the recomputed records against the attested heads of one shipment. */
export class HeadCheck {
  readonly #replay: Replay;
  readonly #findings: Findings;

  constructor(replay: Replay, findings: Findings) {
    this.#replay = replay;
    this.#findings = findings;
  }

  /** @param heads verified ones @returns whether the shipment itself was among them */
  compare(heads: readonly VerifiedHead[], shipment: string): boolean {
    const own = heads.find(({ answer }) => answer.question.kind === "shipment" && answer.question.shipment === shipment);
    if (own === undefined) return false;
    const answer = own.answer.answer as ShipmentAnswer | null;
    if (answer === null) this.#fail("other-record", `the ledger knows no shipment ${shipment}`);
    else {
      this.#compareShipment(answer);
      const batches = heads.flatMap(({ answer: { question, answer: each } }) =>
        question.kind === "batch" && each !== null ? [each as BatchAnswer] : [],
      );
      for (const sensor of answer.sensors) this.#compareSensor(sensor, shipment, batches);
    }
    this.#compareVersions(own.read);
    return true;
  }

  #compareShipment(answer: ShipmentAnswer): void {
    const record = this.#replay.record<ShipmentRecord>(keys.shipment(answer.shipment));
    const found = Object.values(record?.found ?? {}).reduce((sum, each) => sum + each.violations, 0);
    if (answer.violations > found)
      this.#fail("violation-left-out", `the ledger holds ${answer.violations} violations, the file gives ${found}`);
    const agreement = this.#replay.record<AgreementRecord>(keys.agreement());
    if ((agreement?.hash ?? null) !== (answer.agreement?.hash ?? null))
      this.#fail(
        "agreement",
        `agreement ${answer.agreement?.version ?? "none"} is in force, and ${agreement?.version ?? "none"} by the file`,
      );
    for (const seal of answer.seals) this.#compareSeal(answer.shipment, seal);
    const length = record?.log.length ?? 0;
    if (answer.log.length > length)
      this.#fail("events-left-out", `the shipment's log has ${answer.log.length} entries, the file gives ${length}`);
    else if (record?.log.head !== answer.log.head || record.log.length !== answer.log.length)
      this.#fail("other-record", "the shipment's log is another one than the file gives");
    else if (record.status !== answer.status)
      this.#fail("other-record", `the shipment is ${answer.status}, and ${record.status} by the file`);
    if (record !== undefined && record.assignments.length !== answer.sensors.length)
      this.#fail("events-left-out", `${answer.sensors.length} sensors were assigned, ${record.assignments.length} by the file`);
  }

  #compareSeal(shipment: string, { seal, standing, inspections }: ShipmentAnswer["seals"][number]): void {
    const record = this.#replay.record<SealRecord>(keys.seal(shipment, seal));
    if (record === undefined) this.#fail("seal-left-out", `seal ${seal} was applied, and is not in the file`);
    else if (inspections > record.inspections) {
      const outcome = standing === "broken" ? "was found broken" : `is ${standing}`;
      this.#fail("inspection-left-out", `seal ${seal} ${outcome} after ${inspections} inspections; the file holds ${record.inspections}`);
    } else if (record.standing !== standing) this.#fail("other-record", `seal ${seal} is ${standing}, and ${record.standing} by the file`);
  }

  #compareSensor(answer: SensorAnswer, shipment: string, batches: readonly BatchAnswer[]): void {
    const { sensor } = answer;
    const record = this.#replay.record<SensorRecord>(keys.sensor(sensor));
    if (record === undefined) {
      this.#fail("identity-left-out", `the registration of ${sensor} is not in the file`);
      return;
    }
    if (answer.status === "revoked" && record.status !== "revoked")
      this.#fail("revocation-left-out", `${sensor} was revoked, and the file does not say so`);
    else if (answer.log.length > record.log.length)
      this.#fail("identity-left-out", `${answer.log.length} changes of the identity of ${sensor}, the file gives ${record.log.length}`);
    else if (record.log.head !== answer.log.head || record.status !== answer.status || record.thumbprint !== answer.thumbprint)
      this.#fail("other-record", `the identity of ${sensor} is another one than the file gives`);
    this.#compareChain(answer, shipment, batches);
  }

  /** The file's chain ends where the sensor's does, or after the ride, at a batch that is attested by itself. */
  #compareChain(answer: SensorAnswer, shipment: string, batches: readonly BatchAnswer[]): void {
    const { sensor } = answer;
    const head = this.#replay.record<HeadRecord>(keys.head(sensor));
    const sequence = head?.sequence ?? 0;
    const isEnd = answer.sequence === sequence && answer.hash === (head?.hash ?? "");
    if (isEnd && (head === undefined || answer.transactions === head.log)) return;
    if (isEnd) {
      this.#fail("other-record", `other transactions than the file's brought the batches of ${sensor}`);
      return;
    }
    const last = batches.find((each) => each.sensor === sensor && each.sequence === sequence);
    const batch = this.#replay.record<BatchRecord>(keys.batch(sensor, sequence));
    if (!this.#isOver(sensor, shipment, head) || last === undefined) {
      this.#fail("batches-left-out", `${sensor} has recorded batch ${answer.sequence}, the file ends with ${sequence}`);
      return;
    }
    if (batch === undefined || last.hash !== batch.hash || last.transactions !== batch.log || last.transaction !== batch.transaction)
      this.#fail("other-record", `batch ${sequence} of ${sensor} is another one on the ledger`);
  }

  /** Whether no later batch can bring readings of the shipment: chain time never runs back. */
  #isOver(sensor: string, shipment: string, head: HeadRecord | undefined): boolean {
    const ride = this.#replay.record<ShipmentRecord>(keys.shipment(shipment))?.assignments.find((each) => each.sensor === sensor);
    return ride?.end != null && head?.at != null && head.at > ride.end;
  }

  /** The read set names the transaction that wrote each record last. */
  #compareVersions(read: AttestedRead): void {
    try {
      const shipmentOnly = new Map([...read.reads].filter(([key]) => !key.startsWith("head~")));
      this.#replay.expectReads({ reads: shipmentOnly }, undefined, "");
    } catch (error) {
      if (!(error instanceof Difference)) throw error;
      this.#fail("events-left-out", error.message);
    }
  }

  #fail(code: Parameters<Findings["fail"]>[1]["code"], detail: string): void {
    this.#findings.fail("heads", { code, detail });
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
