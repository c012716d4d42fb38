/**
 * What a person reads before signing: every field of a statement in plain words. Nothing is left out and nothing is shortened to where two
 * different statements would read the same (a test changes each field and looks for the difference).
 */
import type { ExcursionId } from "../../lib/domain/excursion";
import { PROFILES } from "../../lib/domain/profiles";
import { AGREED_GROUPS, type AgreedGroup, type Requirement, type Terms } from "../../lib/messages/agreement";
import { FUNCTIONS } from "../../lib/messages/functions";
import type { Statement, StatementName } from "../../lib/messages/statements";
import { celsius, fingerprint, instant, moment, type Words } from "./words";

export interface DescribedField {
  readonly label: string;
  readonly value: string;
  /** A second, quieter line: UTC, what a hash stands for. */
  readonly note?: string;
  /** Hashes and numbers that are compared digit by digit. */
  readonly isCode?: boolean;
}

export interface Description {
  readonly title: string;
  /** One sentence: what the signature does. */
  readonly meaning: string;
  readonly fields: readonly DescribedField[];
}

type Body = Omit<Description, "title">;
type Describers = { readonly [N in StatementName]: (statement: Statement<N>, words: Words) => Body };

const field = (label: string, value: string, note?: string): DescribedField =>
  note === undefined ? { label, value } : { label, value, note };
const code = (label: string, value: string, note?: string): DescribedField => ({ ...field(label, value, note), isCode: true });
const time = (label: string, at: number, words: Words): DescribedField => field(label, moment(at, words), instant(at));
const orNone = (text: string): string => (text === "" ? "none" : text);

const HASH_ONLY = "Only this hash is recorded, not the document itself.";

function calibration(facts: Statement<"sensor:Register">["calibration"], words: Words): DescribedField[] {
  return [
    field("Calibration certificate", facts.number),
    code("Its hash", fingerprint(facts.hash), HASH_ONLY),
    field("Laboratory", facts.laboratory),
    time("Calibrated from", facts.from, words),
    time("Calibrated until", facts.to, words),
    field("Range", `${celsius(facts.min)} to ${celsius(facts.max)}`),
    field("Uncertainty", `±${celsius(facts.uncertainty)} (k = 2)`),
  ];
}

const key = (thumbprint: string): DescribedField =>
  code("Sensor’s key", fingerprint(thumbprint), "SHA-256 of its public key: compare it with the sensor’s own display.");

const decided = (decision: Statement<"shipment:Decide">["decision"]): string =>
  decision === "accepted" ? "You accept the goods." : "You reject the goods.";

const CHECKS = {
  number: "Number is the recorded one",
  pull: "Holds when pulled",
  twist: "Holds when twisted",
  surface: "Surface without marks",
  shaft: "Shaft whole",
} as const satisfies Record<keyof Statement<"seal:Inspect">["checks"], string>;

const SEAL_CLASSES = { I: "I, indicative", S: "S, security", H: "H, high security" } as const;

/** What one sensor showed: sequence and hash belong together on one line. */
const prefix = (sequence: number, hash: string): string => (hash === "" ? "no reading yet" : `batch ${sequence}, ${fingerprint(hash)}`);

const seconds = (ms: number): string => `${ms / 1000} seconds`;

function commanded(command: Statement<"sensor:Command">["command"]): DescribedField {
  switch (command.kind) {
    case "interval":
      return field("It shall", `measure every ${seconds(command.ms)}`);
    case "profile":
      return field(
        "It shall",
        `watch the rules of ${PROFILES.find(({ id }) => id === command.profile)?.title ?? "a profile unknown to this signer"}`,
        command.profile,
      );
    case "identify":
      return field("It shall", `make itself seen for ${seconds(command.ms)}`);
    case "stop":
      return field("It shall", "stop measuring");
    case "start":
      return field("It shall", "measure again");
  }
}

const GROUP_WORDS = {
  registration: "Registering or renewing a sensor",
  revocation: "Revoking a sensor",
  shipment: "Planning and handing over a shipment, handling its excursions, commanding a sensor",
  seal: "Applying a seal",
  inspection: "Inspecting a seal",
  decision: "Accepting or rejecting goods, releasing or rejecting after an excursion",
} as const satisfies Record<AgreedGroup, string>;

/** "Shipper and 1 other": who must endorse, in the organisations' own names. */
function asked({ named, others }: Requirement, words: Words): string {
  const names = named.map((id) => words.organisation(id));
  const some = `${others} ${named.length === 0 ? "of the organisations" : others === 1 ? "other" : "others"}`;
  return [...names, ...(others === 0 ? [] : [some])].join(" and ");
}

/** Which violation it is about, on lines of its own. */
const excursion = ({ shipment, sensor, rule, number }: ExcursionId): DescribedField[] => [
  field("Shipment", shipment),
  field("Sensor", sensor),
  field("Violation", `${number} of rule “${rule}”`),
];

/** The meaning of an electronic signature, in the words that are recorded (21 CFR 11.50). */
const SIGNATURES = {
  "released for use": "You release the goods for use in spite of this excursion.",
  rejected: "You reject the goods because of this excursion.",
} as const satisfies Record<Statement<"excursion:Decide">["meaning"], string>;

const agreed = ({ groups }: Terms, words: Words): DescribedField[] =>
  AGREED_GROUPS.map((group) => field(GROUP_WORDS[group], asked(groups[group], words), "must endorse"));

const describers: Describers = {
  "sensor:Register": (statement, words) => ({
    meaning: "The sensor may record readings under this calibration. An identity is issued for its key.",
    fields: [
      field("Sensor", statement.sensor),
      field("Model", statement.model),
      field("Owner", words.organisation(statement.owner)),
      key(statement.thumbprint),
      ...calibration(statement.calibration, words),
    ],
  }),
  "sensor:Renew": (statement, words) => ({
    meaning: "The sensor goes on under this key and calibration. The key before it ends.",
    fields: [field("Sensor", statement.sensor), key(statement.thumbprint), ...calibration(statement.calibration, words)],
  }),
  "sensor:Revoke": (statement, words) => ({
    meaning: "The sensor can record nothing more, and what it measured since the time below becomes doubtful. This cannot be undone.",
    fields: [field("Sensor", statement.sensor), field("Reason", statement.reason), time("Doubtful since", statement.doubtfulSince, words)],
  }),
  "sensor:Command": (statement, words) => ({
    meaning:
      "The sensor does this as soon as it has it proved by two organisations, and says on the ledger what it did. It replaces a command that it has not taken yet.",
    fields: [
      field("Sensor", statement.sensor),
      commanded(statement.command),
      time("Not after", statement.expires, words),
      field("Command number", String(statement.counter)),
    ],
  }),
  "shipment:Create": (statement, words) => ({
    meaning: "The shipment is planned. Its profile decides what counts as too warm or too cold, and does not change afterwards.",
    fields: [
      field("Shipment", statement.shipment),
      field("Goods", statement.title),
      code("SSCC", statement.sscc),
      field("From", statement.origin),
      field("To", statement.destination),
      field("Recipient", words.organisation(statement.recipient)),
      field("Lot", statement.lot ?? "none given"),
      field("Profile", PROFILES.find(({ id }) => id === statement.profile)?.title ?? "unknown to this signer", statement.profile),
    ],
  }),
  "shipment:Assign": (statement, words) => ({
    meaning: "From the time below, this sensor’s readings count for the shipment.",
    fields: [
      field("Shipment", statement.shipment),
      field("Sensor", statement.sensor),
      field("Where it rides", statement.place),
      time("From", statement.start, words),
    ],
  }),
  "shipment:EndAssignment": (statement, words) => ({
    meaning: "After the time below, this sensor’s readings no longer count for the shipment.",
    fields: [field("Shipment", statement.shipment), field("Sensor", statement.sensor), time("Until", statement.end, words)],
  }),
  "shipment:Handover": (statement) => ({
    meaning: statement.arrival
      ? "The goods have arrived at the recipient and wait for inspection."
      : "The goods change hands on the way; they have not arrived yet.",
    fields: [
      field("Shipment", statement.shipment),
      field("Given by", statement.giver),
      field("Taken by", statement.taker),
      field("Place", statement.place),
      field("Arrived at the recipient", statement.arrival ? "yes" : "no"),
    ],
  }),
  "shipment:Decide": (statement) => ({
    meaning: `${decided(statement.decision)} Every organisation of the channel sees this decision, with your name.`,
    fields: [
      field("Shipment", statement.shipment),
      field("Decision", statement.decision),
      field("Reason", orNone(statement.reason)),
      ...statement.through.map(({ sensor, sequence, hash }) =>
        code(`Decided on ${sensor} through`, prefix(sequence, hash), `sequence ${sequence}`),
      ),
    ],
  }),
  "excursion:Acknowledge": (statement) => ({
    meaning: "You have taken note of this violation. Both parties see your comment, with your name.",
    fields: [...excursion(statement), field("Comment", statement.comment)],
  }),
  "excursion:Assign": (statement, words) => ({
    meaning: "From now on this person is to handle the excursion.",
    fields: [...excursion(statement), field("To", statement.person), field("Of", words.organisation(statement.organisation))],
  }),
  "excursion:Investigate": (statement) => ({
    meaning: "Your note is added to the investigation. It cannot be changed or removed afterwards.",
    fields: [
      ...excursion(statement),
      field("Note", statement.note),
      ...statement.attachments.flatMap(({ name, type, size, hash }, index) => [
        field(`File ${index + 1}`, name, `${type}, ${size} bytes`),
        code(`Hash of file ${index + 1}`, fingerprint(hash), "Only this hash is recorded, not the file itself."),
      ]),
    ],
  }),
  "excursion:Decide": (statement) => ({
    meaning: `${SIGNATURES[statement.meaning]} This is your electronic signature, with the meaning below; it stands for good.`,
    fields: [
      ...excursion(statement),
      field("Meaning of the signature", statement.meaning),
      field("Reason", statement.reason),
      field("Printed name", statement.signer.name, "The ledger refuses it unless it is the name in the certificate that signs."),
      field("Signed in as", statement.signer.person),
      code("Through", `${statement.through.length} records, ${fingerprint(statement.through.head)}`, "what you had before your eyes"),
    ],
  }),
  "seal:Apply": (statement) => ({
    meaning: "The seal protects what it is on. Its number is what the recipient will look for.",
    fields: [
      field("Shipment", statement.shipment),
      code("Seal", statement.seal),
      field("Class (ISO 17712)", SEAL_CLASSES[statement.class]),
      ...("container" in statement.on
        ? [code("On container", statement.on.container)]
        : [field("On sensor", statement.on.sensor), key(statement.on.thumbprint)]),
    ],
  }),
  "seal:Inspect": (statement) => ({
    meaning:
      statement.result === "intact"
        ? "You vouch for what the sensors below recorded up to exactly these batches."
        : "You found the seal broken. The readings stay recorded but are contested for good.",
    fields: [
      field("Shipment", statement.shipment),
      code("Seal", statement.seal),
      field("Found", statement.result),
      ...Object.entries(CHECKS).map(([name, label]) => field(label, statement.checks[name as keyof typeof CHECKS] ? "yes" : "no")),
      ...statement.sensors.flatMap(({ sensor, thumbprint, sequence, hash }) => [
        code(`${sensor} shows`, prefix(sequence, hash)),
        code(`Key of ${sensor}`, fingerprint(thumbprint)),
      ]),
      statement.photo === null
        ? field("Photo", "none")
        : code("Photo’s hash", fingerprint(statement.photo), "Only this hash is recorded, not the photo itself."),
      field("Note", orNone(statement.note)),
    ],
  }),
  "governance:Agree": ({ version, terms }, words) => ({
    meaning:
      "You bind your organisation. When every organisation has signed the same, the ledger takes nothing below without these endorsements.",
    fields: [
      field("Agreement number", String(version)),
      field("Organisations", terms.organisations.map((id) => words.organisation(id)).join(", ")),
      ...agreed(terms, words),
      field("The next agreement", "all of these organisations, and all of the next one’s", "must sign"),
    ],
  }),
};

/** Puts a statement into words. The statement must have passed its function's schema. */
export function describe<N extends StatementName>(name: N, statement: Statement<N>, words: Words): Description {
  return { title: FUNCTIONS[name].title, ...describers[name](statement, words) };
}
