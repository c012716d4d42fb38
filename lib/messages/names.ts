/**
 * Names that every room shares. One thing has one word (design, "Words").
 */

/** Channel and contract that a device is configured with (proxy paper, section VI). */
export const DEFAULT_CHANNEL = "coldchain";
export const DEFAULT_CHAINCODE = "winterseal";

/** What an organisation is on the channel; the contract's access table speaks of kinds, never of MSP ids. */
export type OrganisationKind = "authority" | "shipper" | "recipient" | "operator";

/** Membership service provider id → kind, of the founders. See {@link organisationKind} for whoever joins. */
export const ORGANISATION_KINDS: Readonly<Record<string, OrganisationKind>> = {
  AuthorityMSP: "authority",
  ShipperMSP: "shipper",
  RecipientMSP: "recipient",
  OperatorMSP: "operator",
};

/** `RhineShipperMSP`: what comes before the kind is the organisation's own. */
const JOINED = /^[A-Z][A-Za-z0-9]*(Authority|Shipper|Recipient)MSP$/;

/**
 * The kind of an organisation. One that joins says it by the end of its MSP id: all organisations sign that id into the channel, so the kind is
 * theirs to agree to and needs no new contract. No operator joins that way.
 */
export function organisationKind(mspId: string): OrganisationKind | undefined {
  if (Object.hasOwn(ORGANISATION_KINDS, mspId)) return ORGANISATION_KINDS[mspId];
  return JOINED.exec(mspId)?.[1]?.toLowerCase() as OrganisationKind | undefined;
}

/** MSP id of the organisation that orders; it never endorses or writes. */
export const ORDERER_MSP = "OrdererMSP";

/**
 * Role in a certificate's attribute `ws.role`. A person's role equals the kind of the person's organisation, or is
 * `auditor`; `sensor` comes from an authority only; `importer` is a command-line identity whose readings are always *imported*;
 * `control` is a device that acts on what it reads and writes nothing (an alarm lamp, a cooling relay), from an authority only;
 * `signatory` may bind the organisation to an agreement, and nothing else (docs/decisions/0140).
 */
export const ROLES = ["authority", "shipper", "recipient", "auditor", "sensor", "importer", "operator", "signatory", "control"] as const;
export type Role = (typeof ROLES)[number];

/**
 * Attribute names inside the Fabric attribute extension (OID 1.2.3.4.5.6.7.8.1, JSON `{"attrs":{…}}`).
 * All values are strings; times are ms UTC in decimal, temperatures milli-°C in decimal.
 */
export const ATTRIBUTES = {
  role: "ws.role",
  /** Display name of a person. */
  name: "ws.name",
  /** `yes`: may invite people into the own organisation (docs/decisions/0197). Nothing on the ledger asks for it. */
  administrator: "ws.administrator",
  /** Sensor id; equals the certificate's common name. */
  sensor: "ws.sensor",
  calibrationNumber: "ws.cal.number",
  /** SHA-256 of the calibration certificate's file, hex. */
  calibrationHash: "ws.cal.hash",
  calibrationLaboratory: "ws.cal.lab",
  calibrationFrom: "ws.cal.from",
  calibrationTo: "ws.cal.to",
  calibrationMin: "ws.cal.min",
  calibrationMax: "ws.cal.max",
  /** Expanded uncertainty, k = 2, milli-°C. */
  calibrationUncertainty: "ws.cal.unc",
} as const;

export const ATTRIBUTE_EXTENSION_OID = "1.2.3.4.5.6.7.8.1";

/** Marks certificates of a demonstration (docs/decisions/0050). Under 2.999, the arc for examples; small numbers only: Go refuses others. */
export const DEMONSTRATION_EXTENSION_OID = "2.999.4711.1";

/** Model under which an authority registers an identity that stands for imported files: it may record imported readings only. */
export const IMPORT_MODEL = "logger import";

/** Sensor ids double as certificate names, MQTT client ids and topic levels. */
export const SENSOR_ID = /^[a-z0-9-]{1,32}$/;
/** Shipment ids stand in keys and addresses. */
export const SHIPMENT_ID = /^[a-z0-9-]{1,48}$/;
/** Rules of a profile stand in keys of violations and excursions. */
export const RULE_ID = /^[a-z0-9-]{1,32}$/;
/** Common name in a person's certificate: `<login>@<organisation id>`. */
export const PERSON = /^[a-z0-9][a-z0-9.-]{0,31}@[a-z0-9][a-z0-9.-]{0,31}$/;
