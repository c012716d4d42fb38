import { describe, expect, it } from "vitest";
import { WintersealError } from "../messages/errors";
import { FUNCTIONS, type FunctionName } from "../messages/functions";
import { ORDERER_MSP, ORGANISATION_KINDS, ROLES } from "../messages/names";
import { checkAccess, kindOf } from "./access";
import { execute } from "./execute";
import { DAY, person, T0 } from "./testing/book";
import type { Call } from "./types";

const names = Object.keys(FUNCTIONS) as FunctionName[];
const organisations = [...Object.keys(ORGANISATION_KINDS), ORDERER_MSP, "StrangerMSP", "__proto__", ""];
const roles = [...ROLES, "", "admin"];
const nothing = { get: () => Promise.resolve(undefined) };

const call = (name: FunctionName, creator: Call["creator"], timestamp = T0): Call => ({
  name,
  args: [],
  creator,
  transactionId: "00".repeat(32),
  timestamp,
});

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof WintersealError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("the access table", () => {
  it("is enforced for every function, organisation and role: whoever is not in a row is denied, whoever is gets past it", async () => {
    let walked = 0;
    for (const name of names) {
      for (const mspId of organisations) {
        for (const role of roles) {
          const kind = Object.hasOwn(ORGANISATION_KINDS, mspId) ? ORGANISATION_KINDS[mspId] : "none";
          const permitted = FUNCTIONS[name].permitted.some((row) => row.kind === kind && row.role === role);
          const code = await codeOf(execute(call(name, person(mspId, role as "sensor")), nothing, { windowMs: 1 }));
          expect([name, mspId, role, code === "ACCESS_DENIED"]).toEqual([name, mspId, role, !permitted]);
          walked += 1;
        }
      }
    }
    expect(walked).toBe(names.length * organisations.length * roles.length);
  });

  it("lets no operator, orderer or auditor write, and no importer decide or inspect", () => {
    for (const name of names.filter((each) => each !== "attest:Read")) {
      for (const { kind, role } of FUNCTIONS[name].permitted)
        expect([kind === "operator", role === "auditor" || role === "operator"]).toEqual([false, false]);
    }
    const byImporter = names.filter((name) => FUNCTIONS[name].permitted.some(({ role }) => role === "importer"));
    expect(byImporter).not.toContain("shipment:Decide");
    expect(byImporter).not.toContain("seal:Inspect");
    expect(byImporter).not.toContain("sensor:Revoke");
  });

  it("gives readings to sensors of an authority alone", () => {
    expect(FUNCTIONS["batch:Record"].permitted).toEqual([{ kind: "authority", role: "sensor" }]);
  });
});

describe("a caller's time", () => {
  const creator = person("ShipperMSP", "shipper", { notBefore: T0, notAfter: T0 + DAY });
  const check = (timestamp: number, now?: number) =>
    codeOf(
      Promise.resolve().then(() =>
        checkAccess(call("shipment:Create", creator, timestamp), { windowMs: 1000, ...(now === undefined ? {} : { now }) }),
      ),
    );

  it("lies within the certificate's, both ends included", async () => {
    expect(await check(T0)).toBe("accepted");
    expect(await check(T0 + DAY)).toBe("accepted");
    expect(await check(T0 - 1)).toBe("IDENTITY_NOT_YET_VALID");
    expect(await check(T0 + DAY + 1)).toBe("IDENTITY_EXPIRED");
  });

  it("lies within the window around the peer's clock, to either side", async () => {
    expect(await check(T0 + 1000, T0)).toBe("accepted");
    expect(await check(T0 + 1001, T0)).toBe("TIMESTAMP_OFF");
    expect(await check(T0, T0 + 1001)).toBe("TIMESTAMP_OFF");
  });
});

it("knows the kind of whoever joins by the end of the id that all organisations signed into the channel", () => {
  expect(["RhineShipperMSP", "NordRecipientMSP", "SecondAuthorityMSP"].map(kindOf)).toEqual(["shipper", "recipient", "authority"]);
  for (const id of ["RhineMSP", "ShipperMSPx", "shipperMSP", "AuthorityOrdererMSP", "SecondOperatorMSP", "constructor", ""]) {
    expect(kindOf(id), id).toBeUndefined();
  }
});
