/** Signature policies in Fabric's form. */
import { common, msp } from "@hyperledger/fabric-protos";

export type Role = keyof typeof msp.MSPRole.MSPRoleType;

/**
 * `threshold` signatures, each by an identity with `role` in a different one of the organisations. Nobody satisfies 1 of none. Of several
 * roles each will do; then only a threshold of 1 means what it says.
 */
export function signaturePolicy(
  threshold: number,
  organisations: readonly string[],
  ...roles: readonly Role[]
): common.SignaturePolicyEnvelope {
  const rule = new common.SignaturePolicy();
  const nOutOf = new common.SignaturePolicy.NOutOf();
  nOutOf.setN(threshold);
  const envelope = new common.SignaturePolicyEnvelope();
  const principals = roles.flatMap((role) => organisations.map((mspId) => ({ mspId, role })));
  for (const [index, { mspId, role }] of principals.entries()) {
    const mspRole = new msp.MSPRole();
    mspRole.setMspIdentifier(mspId);
    mspRole.setRole(msp.MSPRole.MSPRoleType[role]);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
    principal.setPrincipal(mspRole.serializeBinary());
    envelope.addIdentities(principal);
    const signedBy = new common.SignaturePolicy();
    signedBy.setSignedBy(index);
    nOutOf.addRules(signedBy);
  }
  rule.setNOutOf(nOutOf);
  envelope.setRule(rule);
  return envelope;
}
