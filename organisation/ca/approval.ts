/**
 * The approval behind a sensor's identity: the very proposal that an authority's person signed for the ledger. The certificate authority
 * checks the person's signature itself, so a website, a signer's server or a proxy can ask for a certificate but cannot approve one.
 */
import { createHash, verify, X509Certificate } from "node:crypto";
import { common, msp, peer } from "@hyperledger/fabric-protos";
import { canonicalJson } from "../../lib/domain/canonical-json";
import { WintersealError } from "../../lib/messages/errors";
import { FUNCTIONS } from "../../lib/messages/functions";
import { ATTRIBUTES, organisationKind } from "../../lib/messages/names";
import { type Statement, statements } from "../../lib/messages/statements";
import { readAttributes } from "./extensions";
import type { Issuer } from "./issuer";
import { isLowS, type x509 } from "./x509";

const APPROVABLE = ["sensor:Register", "sensor:Renew"] as const;
export type ApprovalFunction = (typeof APPROVABLE)[number];

export interface Approval {
  readonly function: ApprovalFunction;
  readonly statement: Statement<ApprovalFunction>;
  /** Common name of the person who signed. */
  readonly person: string;
}

/** Channel and contract that approvals must name. */
export interface Contract {
  readonly channel: string;
  readonly chaincode: string;
}

/** How old an approval may be when it is first used: a ledger round trip, a device fetched from the next room. */
const MAX_AGE_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 15 * 60_000;

const refuse = (why: string, cause?: unknown): WintersealError => new WintersealError("APPROVAL_INVALID", why, {}, { cause });

/**
 * The bytes that the person signed: what makes an approval the same one. Around them anybody can write the message anew (fields in another
 * order, fields that nobody knows) and it would still verify.
 * @throws WintersealError APPROVAL_INVALID
 */
export const signedBytes = (approval: Uint8Array): Uint8Array => decode(approval).bytes;

/**
 * Reads and verifies an approval.
 * @param bytes a protos.SignedProposal
 * @param maxAgeMs how old it may be: one that was used before is not new a second time
 * @throws WintersealError APPROVAL_INVALID, ACCESS_DENIED (wrong role), and what {@link Issuer.recognise} throws
 */
export async function verifyApproval(
  ca: Issuer,
  bytes: Uint8Array,
  contract: Contract,
  now = Date.now(),
  maxAgeMs = MAX_AGE_MS,
): Promise<Approval> {
  const proposal = decode(bytes);
  if (proposal.mspId !== ca.profile.mspId) throw refuse("the approval was signed in another organisation");
  const certificate = await ca.recognise(proposal.certificate, now);
  checkSignature(proposal, certificate);
  checkHeader(proposal, contract, now, maxAgeMs);
  const [name, argument] = readCall(proposal, contract);
  checkRole(name, certificate, ca.profile.mspId);
  return { function: name, statement: readStatement(name, argument), person: certificate.subjectName.getField("CN")[0] ?? "" };
}

interface DecodedProposal {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly creator: Uint8Array;
  readonly mspId: string;
  readonly certificate: string;
  readonly nonce: Uint8Array;
  readonly channel: common.ChannelHeader;
  readonly extension: peer.ChaincodeHeaderExtension;
  readonly invocation: peer.ChaincodeInvocationSpec;
}

function decode(bytes: Uint8Array): DecodedProposal {
  try {
    const signed = peer.SignedProposal.deserializeBinary(bytes);
    const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8());
    const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
    const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
    const identity = msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8());
    const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
    return {
      bytes: signed.getProposalBytes_asU8(),
      signature: signed.getSignature_asU8(),
      creator: signature.getCreator_asU8(),
      mspId: identity.getMspid(),
      certificate: Buffer.from(identity.getIdBytes_asU8()).toString("utf8"),
      nonce: signature.getNonce_asU8(),
      channel,
      extension: peer.ChaincodeHeaderExtension.deserializeBinary(channel.getExtension_asU8()),
      invocation: peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()),
    };
  } catch (cause) {
    throw refuse("the approval is not a signed proposal", cause);
  }
}

function checkSignature(proposal: DecodedProposal, certificate: x509.X509Certificate): void {
  const key = new X509Certificate(certificate.toString("pem")).publicKey;
  if (!isLowS(proposal.signature) || !verify("sha256", proposal.bytes, key, proposal.signature)) {
    throw refuse("the approval's signature does not verify");
  }
}

function checkHeader(proposal: DecodedProposal, contract: Contract, now: number, maxAgeMs: number): void {
  const { channel } = proposal;
  const transactionId = createHash("sha256").update(proposal.nonce).update(proposal.creator).digest("hex");
  if (channel.getType() !== common.HeaderType.ENDORSER_TRANSACTION || channel.getTxId() !== transactionId) {
    throw refuse("the approval's header is not a transaction's");
  }
  if (channel.getChannelId() !== contract.channel || proposal.extension.getChaincodeId()?.getName() !== contract.chaincode) {
    throw refuse("the approval names another channel or contract");
  }
  const at = channel.getTimestamp()?.toDate().getTime() ?? 0;
  if (at < now - maxAgeMs || at > now + CLOCK_SKEW_MS) throw refuse("the approval is too old, or from the future");
}

function readCall(proposal: DecodedProposal, contract: Contract): [ApprovalFunction, string] {
  const spec = proposal.invocation.getChaincodeSpec();
  if (spec?.getChaincodeId()?.getName() !== contract.chaincode) throw refuse("the approval names another contract");
  const [first, argument, ...rest] = spec.getInput()?.getArgsList_asU8() ?? [];
  if (first === undefined || argument === undefined || rest.length > 0) throw refuse("the approval has other arguments than one statement");
  const called = Buffer.from(first).toString("utf8");
  const name = APPROVABLE.find((approvable) => approvable === called);
  if (name === undefined) throw refuse("the approval registers or renews no sensor");
  return [name, Buffer.from(argument).toString("utf8")];
}

function readStatement(name: ApprovalFunction, text: string): Statement<ApprovalFunction> {
  try {
    const statement = statements[name].parse(JSON.parse(text));
    if (canonicalJson(statement) === text) return statement;
  } catch (cause) {
    throw refuse("the approved statement cannot be read", cause);
  }
  throw refuse("the approved statement is not in canonical form");
}

function checkRole(name: ApprovalFunction, certificate: x509.X509Certificate, mspId: string): void {
  const kind = organisationKind(mspId);
  const role = readAttributes(certificate)[ATTRIBUTES.role];
  const permitted = FUNCTIONS[name].permitted.some((row) => row.kind === kind && row.role === role);
  if (!permitted) throw new WintersealError("ACCESS_DENIED", `role "${role ?? ""}" may not call ${name}`);
}
