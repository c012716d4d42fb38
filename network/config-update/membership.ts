/** Changes of one organisation's membership in the channel: what its peers and everybody else's believe of its identities. */
import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { type common, msp } from "@hyperledger/fabric-protos";
import * as x509 from "@peculiar/x509";
import { NetworkError } from "../errors";
import type { Change } from "./update";

const MSP = "MSP";

/**
 * The revocation lists in force for an organisation. Each must name one of its roots by key identifier and be signed by it: Fabric's peers
 * would refuse every identity of the organisation for a list without an identifier, and ignore one that another root signed.
 * @param lists PEM, any number in each text
 * @throws NetworkError CERTIFICATE_FOREIGN
 */
export async function setRevocationLists(config: common.Config, mspId: string, lists: readonly string[]): Promise<Change> {
  const roots = rootsOf(config, mspId).map((pem) => new x509.X509Certificate(pem));
  const given = lists.flatMap((text) => blocks(text, "X509 CRL"));
  for (const pem of given) await refuseForeignList(mspId, pem, roots);
  return changeMembership(mspId, (membership) => membership.setRevocationListList(given.map((pem) => Buffer.from(pem))));
}

async function refuseForeignList(mspId: string, pem: string, roots: readonly x509.X509Certificate[]): Promise<void> {
  const list = new x509.X509Crl(x509.PemConverter.decodeFirst(pem));
  const key = list.extensions.find(
    (each): each is x509.AuthorityKeyIdentifierExtension => each instanceof x509.AuthorityKeyIdentifierExtension,
  )?.keyId;
  const root = roots.find((each) => key !== undefined && each.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId === key);
  if (root !== undefined && (await list.verify({ publicKey: root }))) return;
  throw new NetworkError(
    "CERTIFICATE_FOREIGN",
    key === undefined
      ? "the revocation list has no authority key identifier: peers would refuse every identity of the organisation"
      : `the revocation list is not signed by a root of ${mspId}`,
    "take the list from `organisation crl` of that organisation, or from fabric-ca-client gencrl",
  );
}

/**
 * The roots in force for an organisation: both while one takes over from the other. Organisation units are then bound to none of them: one
 * that is bound to a root does not know the other root's identities for peers or clients.
 * @param roots PEM
 * @throws NetworkError CERTIFICATE_FOREIGN when none of those in force now stays: whoever signs the change would not be known afterwards
 */
export const setRoots = (mspId: string, roots: readonly string[]): Change =>
  changeMembership(mspId, (config) => {
    const before = config.getRootCertsList_asU8();
    if (!before.some((each) => roots.some((root) => isSame(each, root)))) throw noneStays(mspId, "root");
    const isUnchanged = before.length === roots.length && before.every((each, index) => isSame(each, roots[index] ?? ""));
    if (isUnchanged) return;
    config.setRootCertsList(roots.map((root) => Buffer.from(root)));
    unbindUnits(config);
  });

/**
 * The roots of TLS in force for an organisation: other organisations' peers believe its peers' certificates by them.
 * @param roots PEM; both while one takes over from the other
 * @throws NetworkError CERTIFICATE_FOREIGN when none of those in force now stays: its peers would be strangers until they show other certificates
 */
export const setTlsRoots = (mspId: string, roots: readonly string[]): Change =>
  changeMembership(mspId, (config) => {
    const before = config.getTlsRootCertsList_asU8();
    if (!before.some((each) => roots.some((root) => isSame(each, root)))) throw noneStays(mspId, "root of TLS");
    if (before.length === roots.length && before.every((each, index) => isSame(each, roots[index] ?? ""))) return;
    config.setTlsRootCertsList(roots.map((root) => Buffer.from(root)));
  });

const noneStays = (mspId: string, what: string): NetworkError =>
  new NetworkError(
    "CERTIFICATE_FOREIGN",
    `no ${what} of ${mspId} that the channel knows would stay`,
    "put the new root beside the old one first",
  );

/** Roots of an organisation in the channel, PEM. */
export const rootsOf = (config: common.Config, mspId: string): string[] =>
  readMembership(membershipOf(config, mspId))
    .fabric.getRootCertsList_asU8()
    .map((bytes) => Buffer.from(bytes).toString("utf8"));

function unbindUnits(config: msp.FabricMSPConfig): void {
  const units = config.getFabricNodeOus();
  if (units === undefined) return;
  for (const unit of [
    units.getClientOuIdentifier(),
    units.getPeerOuIdentifier(),
    units.getAdminOuIdentifier(),
    units.getOrdererOuIdentifier(),
  ]) {
    unit?.setCertificate(new Uint8Array());
  }
}

function changeMembership(mspId: string, change: (config: msp.FabricMSPConfig) => void): Change {
  return (config) => {
    const value = membershipOf(config, mspId);
    const { outer, fabric } = readMembership(value);
    change(fabric);
    outer.setConfig(fabric.serializeBinary());
    value.setValue(outer.serializeBinary());
  };
}

function membershipOf(config: common.Config, mspId: string): common.ConfigValue {
  const application = config.getChannelGroup()?.getGroupsMap().get("Application");
  const value = application?.getGroupsMap().get(mspId)?.getValuesMap().get(MSP);
  if (value !== undefined) return value;
  throw new NetworkError(
    "NETWORK_DIFFERS",
    `the channel knows no organisation ${mspId}`,
    "compare MSP ids with the channel's configuration",
  );
}

function readMembership(value: common.ConfigValue): { outer: msp.MSPConfig; fabric: msp.FabricMSPConfig } {
  const outer = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
  return { outer, fabric: msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8()) };
}

const isSame = (pem: Uint8Array, other: string): boolean =>
  other !== "" && new X509Certificate(Buffer.from(pem)).fingerprint256 === new X509Certificate(other).fingerprint256;

/** PEM blocks of one kind in a text. @throws NetworkError when there is none, or something else */
function blocks(text: string, kind: string): string[] {
  const found = text.match(new RegExp(`-----BEGIN ${kind}-----[A-Za-z0-9+/=\\s]+-----END ${kind}-----`, "g")) ?? [];
  if (found.length > 0) return found.map((pem) => `${pem}\n`);
  throw new NetworkError(
    "CERTIFICATE_FOREIGN",
    `the file holds no "${kind}" in PEM`,
    "take it from `organisation crl`, or from fabric-ca-client gencrl",
  );
}
