/** Who may do what, with which signature, at every stage that asks. */
import { X509Certificate } from "node:crypto";
import { peer } from "@hyperledger/fabric-protos";
import { signData } from "../../ledger/msp/signature";
import { TestAuthority } from "../../ledger/testing/material";
import { otherS } from "../../ledger/testing/raw";
import type { Bench, Sender } from "../bench";
import type { Case, Facts } from "../case";
import { chaincodeEvents, deliver, eventsRequest, seekEnvelope } from "../streams";
import { statusName } from "../tell";

const HOUR = 3_600_000;
const HALF_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n >> 1n;

async function deliverStatus(bench: Bench, sender: Sender, method: "Deliver" | "DeliverFiltered"): Promise<string> {
  const answers = await deliver(bench.client(), method, seekEnvelope(bench, { start: 0, stop: 0, sender }).serializeBinary());
  const blocks = answers.filter((answer) => answer.getTypeCase() !== peer.DeliverResponse.TypeCase.STATUS).length;
  const status = answers.at(-1)?.getStatus();
  return `${blocks} blocks, ${status === undefined ? "no status" : statusName(status)}`;
}

/** What the sender gets at each stage. */
async function atEachStage(bench: Bench, sender: Sender): Promise<Facts> {
  const proposal = () => bench.sign(bench.propose({ args: ["get", "nothing"] }, sender), sender);
  const known = await bench.transact("event", "stage", "1");
  const events = eventsRequest(bench, { start: 0, sender }).serializeBinary();
  return {
    "endorser of the own organisation": await bench.toldAnswer(bench.process(proposal())),
    "endorser of another organisation": await bench.toldAnswer(bench.process(proposal(), 1)),
    "qscc at the endorser": await bench.toldAnswer(
      bench.process(bench.sign(bench.propose({ chaincode: "qscc", args: ["GetChainInfo", bench.target.channel] }, sender), sender)),
    ),
    "Gateway Evaluate": await bench.told(bench.evaluate(proposal())),
    "Gateway Endorse": await bench.told(bench.endorse(proposal())),
    "Gateway Endorse, at another organisation alone": await bench.told(bench.endorse(proposal(), [1])),
    "Gateway Submit": await bench.told(bench.submit(bench.unendorsed(bench.propose({}, sender), sender))),
    "Gateway CommitStatus": await bench.told(bench.commitStatus(bench.statusRequest(known, sender))),
    "Gateway ChaincodeEvents": await bench.told(chaincodeEvents(bench.client(), events, 1)),
    Deliver: await bench.told(deliverStatus(bench, sender, "Deliver"), String),
    DeliverFiltered: await bench.told(deliverStatus(bench, sender, "DeliverFiltered"), String),
  };
}

function minted(bench: Bench, units: readonly string[], more: { notBefore?: Date; notAfter?: Date } = {}): Promise<Sender> {
  return bench.mint(0, { commonName: `sender ${units.join(" ")}`, units, ...more });
}

async function stranger(mspId: string): Promise<Sender> {
  const authority = await TestAuthority.create(mspId);
  return { issued: await authority.issue({ commonName: "stranger", units: ["client"] }) };
}

/** Issues until the authority's signature over the certificate has a high S; about every second one has. */
async function highS(bench: Bench): Promise<Sender> {
  for (;;) {
    const sender = await minted(bench, ["client"]);
    const der = new X509Certificate(sender.issued.certificate).raw;
    // The signature is the certificate's last element: SEQUENCE { r, s }, and `s` its end.
    const s = BigInt(`0x${der.subarray(-32).toString("hex")}`);
    const padded = der[der.length - 33] === 0 && der[der.length - 34] === 33;
    if (padded && s > HALF_ORDER) return sender;
  }
}

/** The member, who signs in another way. */
function signing(bench: Bench, sign: (bytes: Uint8Array) => Uint8Array): Sender {
  return { issued: bench.member.issued, sign };
}

interface SenderCase {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  sender(bench: Bench): Promise<Sender> | Sender;
}

const SENDERS: readonly SenderCase[] = [
  {
    id: "sender/member",
    title: "a client of an organisation reads and proposes",
    why: "Every sensor and person acts as one.",
    sender: (bench) => bench.member,
  },
  {
    id: "sender/other-organisation",
    title: "a client of another organisation may use this organisation's peer",
    why: "The proxy carries everybody's proposals to whichever Gateway is up.",
    sender: (bench) => bench.mint(1, { commonName: "other", units: ["client"] }),
  },
  {
    id: "sender/admin",
    title: "an administrator reads and proposes as a client does",
    why: "Lifecycle commands are an administrator's transactions.",
    sender: (bench) => minted(bench, ["admin"]),
  },
  {
    id: "sender/peer",
    title: "a peer's identity reads and does not write",
    why: "Who takes over a peer cannot add transactions of its own.",
    sender: (bench) => minted(bench, ["peer"]),
  },
  {
    id: "sender/orderer",
    title: "an identity with the orderer unit in an organisation without orderers",
    why: "Node units say what a certificate is for.",
    sender: (bench) => minted(bench, ["orderer"]),
  },
  {
    id: "sender/no-unit",
    title: "a certificate without a node unit is nobody",
    why: "A certificate for another purpose, as TLS, is no identity.",
    sender: (bench) => minted(bench, []),
  },
  {
    id: "sender/two-units",
    title: "a certificate with two node units is nobody",
    why: "No certificate is a client and an administrator at once.",
    sender: (bench) => minted(bench, ["client", "admin"]),
  },
  {
    id: "sender/operator",
    title: "the operator reads everything and writes nothing",
    why: "The proxy's identity must not be able to add to the ledger.",
    sender: (bench) => bench.operator,
  },
  {
    id: "sender/orderer-organisation",
    title: "a client of the orderers' organisation neither writes nor reads an application's data",
    why: "Whoever orders is not a member of the cold chain.",
    sender: async (bench) => ({ issued: await bench.target.mint(bench.target.ordererMspId, { commonName: "client", units: ["client"] }) }),
  },
  {
    id: "sender/high-s-certificate",
    title: "an identity whose certificate carries a high-S signature of its authority is as good as any",
    why: "Half of all certificates that a library signs have one; identities are compared by their bytes.",
    sender: highS,
  },
  {
    id: "sender/expired-stranger",
    title: "an expired identity of nobody's is refused as expired where expiry is looked at first",
    why: "Which refusal comes first is what a client sees.",
    sender: async () => {
      const authority = await TestAuthority.create("NobodyMSP");
      const past = { notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) };
      return { issued: await authority.issue({ commonName: "stranger", units: ["client"], ...past }) };
    },
  },
  {
    id: "sender/expired",
    title: "an expired identity is refused where expiry is looked at",
    why: "A calibration that has ended ends its identity; where Fabric does not look, the contract must.",
    sender: (bench) => minted(bench, ["client"], { notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) }),
  },
  {
    id: "sender/not-yet",
    title: "an identity whose time has not come",
    why: "A certificate issued ahead of a calibration's start.",
    sender: (bench) => minted(bench, ["client"], { notBefore: new Date(Date.now() + HOUR), notAfter: new Date(Date.now() + 2 * HOUR) }),
  },
  {
    id: "sender/foreign-root",
    title: "an identity from a root that the organisation does not have is refused everywhere",
    why: "A made-up certificate in a real organisation's name.",
    sender: (bench) => stranger(bench.mspId(0)),
  },
  {
    id: "sender/unknown-organisation",
    title: "an identity of an organisation that is not on the channel is refused everywhere",
    why: "A certificate of another network.",
    sender: () => stranger("NobodyMSP"),
  },
  {
    id: "signature/high-s",
    title: "a signature with a high S is refused everywhere",
    why: "Otherwise a second valid signature could be made from each first one, without the key.",
    sender: (bench) => signing(bench, (bytes) => otherS(signData(bench.member.issued.key, bytes))),
  },
  {
    id: "signature/wrong-key",
    title: "a signature of another key is refused everywhere",
    why: "Nobody signs in a sensor's name.",
    sender: async (bench) => {
      const other = await minted(bench, ["client"]);
      return signing(bench, (bytes) => signData(other.issued.key, bytes));
    },
  },
  {
    id: "signature/altered",
    title: "a signature over other bytes is refused everywhere",
    why: "A proxy that changes one byte of a message is found out.",
    sender: (bench) => signing(bench, (bytes) => signData(bench.member.issued.key, Buffer.concat([bytes, Buffer.of(0)]))),
  },
  {
    id: "signature/empty",
    title: "a request without signature is refused everywhere",
    why: "What is not signed is not said.",
    sender: (bench) => signing(bench, () => new Uint8Array()),
  },
  {
    id: "signature/garbage",
    title: "a signature that is no signature is refused everywhere",
    why: "Mutated bytes do no harm.",
    sender: (bench) => signing(bench, () => Buffer.from("no signature at all")),
  },
];

export const senderCases: readonly Case[] = SENDERS.map(({ sender, ...item }) => ({
  ...item,
  run: async (bench) => await atEachStage(bench, await sender(bench)),
}));
