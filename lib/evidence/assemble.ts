/** Makes a file of what the database holds and what the ledger attested. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { decodeBase64 } from "./base64";
import { readConfig } from "./config-block";
import { decodeRead, type Version } from "./decode";
import { type AttestedHead, type EvidenceParts, type Subject, writeEvidence } from "./file";
import { fingerprintOf } from "./pins";

/** An attested read as a signer answers it, base64. */
export interface EncodedRead {
  readonly proposal: string;
  readonly payload: string;
  readonly endorsements: readonly string[];
}

/** @throws WintersealError ARGUMENT_INVALID for what is not base64 in its one form */
export function decodeHead({ proposal, payload, endorsements }: EncodedRead): AttestedHead {
  return { proposal: bytesOf(proposal), payload: bytesOf(payload), endorsements: endorsements.map(bytesOf) };
}

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new WintersealError("ARGUMENT_INVALID", "not base64", { field: "reads" });
  return bytes;
}

/**
 * Place of the newest transaction that the attested reads saw: any later one that touches the shipment or its sensors would stand in their read sets.
 * @returns undefined without a read of a shipment
 * @throws WintersealError MESSAGE_MALFORMED
 */
export function newestSeen(heads: readonly AttestedHead[]): Version | undefined {
  const first = heads[0];
  if (first === undefined) return undefined;
  const versions = [...decodeRead(first.proposal, first.payload).reads.values()].filter((version) => version !== undefined);
  return versions.reduce<Version | undefined>((a, b) => (a === undefined || isBefore(a, b) ? b : a), undefined);
}

const isBefore = (a: Version, b: Version): boolean => a.block < b.block || (a.block === b.block && a.position < b.position);

/**
 * @param inputs as lib/store/evidence gives them
 * @throws WintersealError EVIDENCE_UNAVAILABLE when the channel's configuration is not among them
 */
export function assembleEvidence(
  network: EvidenceParts["network"],
  subject: Subject,
  inputs: {
    readonly configuration: readonly EvidenceParts["configuration"][number][];
    readonly transactions: readonly EvidenceParts["transactions"][number][];
  },
  heads: readonly AttestedHead[],
): Uint8Array {
  if (inputs.configuration[0]?.block !== 0 || inputs.transactions.length === 0) throw new WintersealError("EVIDENCE_UNAVAILABLE");
  const configuration = inputs.configuration.map(({ block, previous, envelope, metadata }) => ({ block, previous, envelope, metadata }));
  const transactions = inputs.transactions.map(({ block, position, envelope }) => ({ block, position, envelope }));
  return writeEvidence({ network, subject, roots: rootsOf(configuration), configuration, transactions, heads: [...heads] });
}

/** Every root of every organisation that used the channel, in the order of the configurations. */
function rootsOf(configuration: EvidenceParts["configuration"]): EvidenceParts["roots"] {
  const roots = new Map<string, EvidenceParts["roots"][number]>();
  for (const { envelope } of configuration) {
    for (const { mspId, roots: own } of readConfig(envelope).organisations.values()) {
      for (const root of own) {
        const certificate = new TextDecoder().decode(root);
        roots.set(`${mspId} ${fingerprintOf(certificate, mspId)}`, { mspId, certificate });
      }
    }
  }
  return [...roots.values()];
}

/** Short name of a file's content: what a person compares. */
export const fileHash = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));
