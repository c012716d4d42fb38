/**
 * The chaincode definition as Fabric's `_lifecycle` keeps it in the state. Simulating a contract reads the definition's sequence, so
 * that an upgrade makes every endorsement given before it invalid.
 */
import { peer } from "@hyperledger/fabric-protos";
import { signaturePolicy } from "../wire/signature-policy";
import type { Simulator } from "./simulator";

export const LIFECYCLE = "_lifecycle";

export interface Definition {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  readonly endorsements: number;
  readonly organisations: readonly string[];
}

const { lifecycle } = peer;

function fieldKey(name: string, field: string): string {
  return `namespaces/fields/${name}/${field}`;
}

function stateData(set: (data: InstanceType<typeof lifecycle.StateData>) => void): Uint8Array {
  const data = new lifecycle.StateData();
  set(data);
  return data.serializeBinary();
}

function endorsementInfo(version: string): Uint8Array {
  const info = new lifecycle.ChaincodeEndorsementInfo();
  info.setVersion(version);
  info.setEndorsementPlugin("escc");
  return info.serializeBinary();
}

/** The definition's endorsement policy, as Fabric's `vscc` reads it. */
export function validationInfo(definition: Definition): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setSignaturePolicy(signaturePolicy(definition.endorsements, definition.organisations, "PEER"));
  const info = new lifecycle.ChaincodeValidationInfo();
  info.setValidationPlugin("vscc");
  info.setValidationParameter(policy.serializeBinary());
  return info.serializeBinary();
}

const FIELDS = ["Sequence", "EndorsementInfo", "ValidationInfo", "Collections"] as const;

/** Writes the definition as `CommitChaincodeDefinition` does, reading what Fabric reads. */
export function writeDefinition(simulator: Simulator, definition: Definition): void {
  const metadataKey = `namespaces/metadata/${definition.name}`;
  const values: Record<(typeof FIELDS)[number], Uint8Array> = {
    Sequence: stateData((data) => data.setInt64(definition.sequence)),
    EndorsementInfo: stateData((data) => data.setBytes(endorsementInfo(definition.version))),
    ValidationInfo: stateData((data) => data.setBytes(validationInfo(definition))),
    Collections: stateData((data) => data.setBytes(new Uint8Array())),
  };
  const known = simulator.get(LIFECYCLE, metadataKey) !== undefined;
  for (const field of FIELDS) {
    const key = fieldKey(definition.name, field);
    const old = known ? simulator.get(LIFECYCLE, key) : undefined;
    if (old === undefined || Buffer.compare(old, values[field]) !== 0) simulator.put(LIFECYCLE, key, values[field]);
  }
  if (known) return;
  const metadata = new lifecycle.StateMetadata();
  metadata.setDatatype("ChaincodeDefinition");
  metadata.setFieldsList([...FIELDS]);
  simulator.put(LIFECYCLE, metadataKey, metadata.serializeBinary());
}

/** The committed sequence; 0 = not defined. Leaves the read that Fabric leaves. */
export function readSequence(simulator: Simulator, name: string): number {
  const value = simulator.get(LIFECYCLE, fieldKey(name, "Sequence"));
  return value === undefined ? 0 : lifecycle.StateData.deserializeBinary(value).getInt64();
}

/** Version and policy of the committed definition, to be compared with the settings. */
export function describeCommitted(simulator: Simulator, name: string): { version: string; validation: Uint8Array } {
  const bytes = (field: string): Uint8Array => {
    const value = simulator.get(LIFECYCLE, fieldKey(name, field));
    return value === undefined ? new Uint8Array() : lifecycle.StateData.deserializeBinary(value).getBytes_asU8();
  };
  const info = lifecycle.ChaincodeEndorsementInfo.deserializeBinary(bytes("EndorsementInfo"));
  return { version: info.getVersion(), validation: bytes("ValidationInfo") };
}

/** The arguments of the transaction that commits a definition. */
export function commitArguments(definition: Definition): Uint8Array[] {
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  args.setSequence(definition.sequence);
  args.setName(definition.name);
  args.setVersion(definition.version);
  args.setEndorsementPlugin("escc");
  args.setValidationPlugin("vscc");
  const info = lifecycle.ChaincodeValidationInfo.deserializeBinary(validationInfo(definition));
  args.setValidationParameter(info.getValidationParameter_asU8());
  return [Buffer.from("CommitChaincodeDefinition"), args.serializeBinary()];
}
