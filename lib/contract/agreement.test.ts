import { common, msp } from "@hyperledger/fabric-protos";
import { beforeEach, describe, expect, it } from "vitest";
import { FOUNDING_TERMS, type Terms } from "../messages/agreement";
import { FUNCTIONS, type FunctionName } from "../messages/functions";
import { lackingAgreement } from "./agreement";
import { keyPolicy } from "./policy";
import { type AgreementRecord, keys } from "./state";
import { authority, Book, person, sensorIdentity, shipper, T0 } from "./testing/book";
import type { Outcome } from "./types";

const ALL = ["AuthorityMSP", "RecipientMSP", "ShipperMSP"] as const;
const signatory = (mspId: string) => person(mspId, "signatory");
const lenient: Terms = { ...FOUNDING_TERMS, groups: { ...FOUNDING_TERMS.groups, decision: { named: [], others: 2 } } };
let book: Book;

beforeEach(() => {
  book = new Book();
});

const agree = (mspId: string, terms = FOUNDING_TERMS, version = 1): Promise<Outcome> =>
  book.say("governance:Agree", { version, terms }, signatory(mspId));
async function found(terms = FOUNDING_TERMS, version = 1): Promise<void> {
  for (const mspId of ALL) await agree(mspId, terms, version);
}
const inForce = () => book.record<AgreementRecord>(keys.agreement());
const code = (action: Promise<unknown>) =>
  action.then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

describe("an agreement", () => {
  it("is in force when a signatory of every organisation signed the same, and not before", async () => {
    await agree("AuthorityMSP");
    expect((await agree("ShipperMSP")).event?.name).toBe("ConsentGiven");
    expect(inForce()).toBeUndefined();
    expect((await agree("RecipientMSP")).event?.name).toBe("AgreementInForce");
    expect(inForce()).toMatchObject({ version: 1, terms: FOUNDING_TERMS, at: T0 });
    expect(inForce()?.consents.map(({ organisation }) => organisation)).toEqual(ALL);
  });

  it("is not made by two organisations, however often they sign, nor by three that signed different things", async () => {
    await agree("AuthorityMSP");
    await agree("ShipperMSP");
    await agree("AuthorityMSP");
    await agree("RecipientMSP", lenient);
    expect(inForce()).toBeUndefined();
    await agree("RecipientMSP");
    expect(inForce()?.terms).toEqual(FOUNDING_TERMS);
  });

  it("does not become two organisations' by leaving the third out of it", async () => {
    const two = { organisations: ["AuthorityMSP", "ShipperMSP"], groups: only(["AuthorityMSP", "ShipperMSP"]) };
    await agree("AuthorityMSP", two);
    await agree("ShipperMSP", two);
    expect(inForce()).toBeUndefined();
    await agree("RecipientMSP", two);
    expect(inForce()?.terms.organisations).toEqual(["AuthorityMSP", "ShipperMSP"]);
    expect(await code(agree("RecipientMSP", two, 2))).toBe("ACCESS_DENIED");
  });

  it("is changed in the same way, one number after the other", async () => {
    await found();
    expect(await code(agree("AuthorityMSP", lenient, 1))).toBe("AGREEMENT_VERSION");
    expect(await code(agree("AuthorityMSP", lenient, 3))).toBe("AGREEMENT_VERSION");
    await found(lenient, 2);
    expect(inForce()).toMatchObject({ version: 2, terms: lenient });
  });

  it.each([
    ["a person without that role", () => book.say("governance:Agree", { version: 1, terms: FOUNDING_TERMS }, shipper), "ACCESS_DENIED"],
    ["the operator", () => agree("OperatorMSP"), "ACCESS_DENIED"],
    ["fewer than two endorsers", () => agree("ShipperMSP", terms({ named: ["ShipperMSP"], others: 0 })), "ARGUMENT_INVALID"],
    ["more endorsers than there are", () => agree("ShipperMSP", terms({ named: ["ShipperMSP"], others: 3 })), "ARGUMENT_INVALID"],
    [
      "organisations out of order",
      () => agree("ShipperMSP", terms({ named: ["ShipperMSP", "AuthorityMSP"], others: 0 })),
      "ARGUMENT_INVALID",
    ],
    ["the operator as an endorser", () => agree("ShipperMSP", terms({ named: ["OperatorMSP"], others: 1 })), "ARGUMENT_INVALID"],
  ])("refuses %s", async (_, call, expected) => {
    expect(await code(call())).toBe(expected);
  });
});

const only = (named: readonly string[]): Terms["groups"] =>
  Object.fromEntries(Object.keys(FOUNDING_TERMS.groups).map((group) => [group, { named, others: 0 }])) as unknown as Terms["groups"];
const terms = (decision: Terms["groups"]["decision"]): Terms => ({ ...FOUNDING_TERMS, groups: { ...FOUNDING_TERMS.groups, decision } });

describe("a guard", () => {
  it("is written by every function of its group, unread; readings have none and carry no policy", async () => {
    const guardOf = ({ writes }: Outcome) => [...writes.keys()].filter((key) => key.startsWith("guard~"));
    const reads: string[] = [];
    const { view } = book;
    book.view = () => ({
      get: (key) => {
        reads.push(key);
        return view.call(book).get(key);
      },
    });
    expect(guardOf(await book.register("probe-1"))).toEqual(["guard~registration"]);
    expect(guardOf(await book.create("trip-1"))).toEqual(["guard~shipment"]);
    expect(guardOf(await book.assign("trip-1", "probe-1"))).toEqual(["guard~shipment"]);
    const readings = await book.readings("probe-1", [[1000, 9000]], { creator: sensorIdentity("probe-1") });
    expect([guardOf(readings), readings.policies.size]).toEqual([[], 0]);
    await book.handover("trip-1", true);
    expect(guardOf(await book.decide("trip-1", "rejected", [{ sensor: "probe-1", ...head() }]))).toEqual(["guard~decision"]);
    const revocation = await book.say("sensor:Revoke", { sensor: "probe-1", reason: "lost", doubtfulSince: T0 }, authority);
    expect(guardOf(revocation)).toEqual(["guard~revocation"]);
    expect(reads.filter((key) => key.startsWith("guard~"))).toEqual([]);
  });

  const head = () => {
    const { sequence, hash } = book.record<{ sequence: number; hash: string }>("head~probe-1") ?? { sequence: 0, hash: "" };
    return { sequence, hash };
  };

  it("gets its policy when the agreement comes into force; the record itself needs everybody", async () => {
    await agree("AuthorityMSP");
    await agree("ShipperMSP");
    const { policies, writes } = await agree("RecipientMSP");
    expect([...policies.keys()]).toEqual([
      "agreement",
      ...["decision", "governance", "inspection", "registration", "revocation", "seal", "shipment"].map((group) => `guard~${group}`),
    ]);
    expect([...policies.keys()].every((key) => writes.has(key))).toBe(true);
    expect(policies.get("agreement")).toEqual(keyPolicy({ named: ALL, others: 0 }, ALL));
    expect(policies.get("guard~decision")).toEqual(keyPolicy({ named: ["RecipientMSP", "ShipperMSP"], others: 0 }, ALL));
  });
});

describe("a key-level policy", () => {
  it("is Fabric's own, byte for byte: the named and some of the others", () => {
    const signedBy = (index: number) => {
      const rule = new common.SignaturePolicy();
      rule.setSignedBy(index);
      return rule;
    };
    const outOf = (n: number, ...rules: common.SignaturePolicy[]) => {
      const inner = new common.SignaturePolicy.NOutOf();
      inner.setN(n);
      inner.setRulesList(rules);
      const rule = new common.SignaturePolicy();
      rule.setNOutOf(inner);
      return rule;
    };
    const envelope = new common.SignaturePolicyEnvelope();
    envelope.setRule(outOf(2, signedBy(0), outOf(1, signedBy(1), signedBy(2))));
    for (const mspId of ["RecipientMSP", "AuthorityMSP", "ShipperMSP"]) {
      const role = new msp.MSPRole();
      role.setMspIdentifier(mspId);
      role.setRole(msp.MSPRole.MSPRoleType.PEER);
      const principal = new msp.MSPPrincipal();
      principal.setPrincipal(role.serializeBinary());
      envelope.addIdentities(principal);
    }
    const own = keyPolicy({ named: ["RecipientMSP"], others: 1 }, ALL);
    expect(Buffer.from(own).toString("hex")).toBe(Buffer.from(envelope.serializeBinary()).toString("hex"));
  });
});

describe("what a verifier finds lacking", () => {
  const asked = (name: FunctionName, ...endorsers: string[]) => lackingAgreement(name, inForce(), endorsers);

  it("is nothing as long as nothing was agreed on", () => {
    expect(Object.keys(FUNCTIONS).map((name) => asked(name as FunctionName))).toEqual(Object.keys(FUNCTIONS).map(() => undefined));
  });

  it("is whoever the agreement names, or how many others it wants", async () => {
    await found();
    expect(asked("batch:Record")).toBeUndefined();
    expect(asked("shipment:Decide", "RecipientMSP", "ShipperMSP")).toBeUndefined();
    expect(asked("shipment:Decide", "RecipientMSP", "AuthorityMSP")).toBe("ShipperMSP did not endorse");
    expect(asked("seal:Inspect", "AuthorityMSP", "ShipperMSP")).toBe("RecipientMSP did not endorse");
    expect(asked("seal:Inspect", "RecipientMSP", "RecipientMSP")).toBe("1 more of the organisations must endorse");
    expect(asked("seal:Inspect", "RecipientMSP", "StrangerMSP")).toBe("1 more of the organisations must endorse");
    expect(asked("governance:Agree", "AuthorityMSP", "ShipperMSP")).toBe("RecipientMSP did not endorse");
  });
});
