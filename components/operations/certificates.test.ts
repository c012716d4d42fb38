import { describe, expect, it } from "vitest";
import { type CertificateRow, certificateTitle, endState, ownerOf, stepOf } from "./certificates";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 1);
const row = (kind: CertificateRow["kind"], holder: string, days: number, mspId = "ShipperMSP"): CertificateRow => ({
  kind,
  holder,
  mspId,
  ends: NOW + days * DAY,
});

describe("endState", () => {
  it.each([
    [-3, "violation", "Ended 3\u00a0days ago"],
    [0, "violation", "Ended today"],
    [1, "warning", "Ends in 1\u00a0day"],
    [30, "warning", "Ends in 30\u00a0days"],
    [31, "calendar", "Ends in 31\u00a0days"],
    [92, "calendar", "Ends in 3\u00a0months"],
    [93, "kept", "Good"],
  ])("says what %s days mean", (days, kind, text) => {
    expect(endState(row("peer", "peer0.shipper", days), NOW)).toEqual({ kind, text });
  });
});

describe("certificateTitle", () => {
  it("answers with the worst that there is", () => {
    const at = (...days: number[]) =>
      certificateTitle(
        days.map((each) => row("peer", "peer0.shipper", each)),
        NOW,
      );
    expect(at(400, 200)).toBe("No certificate ends within 3 months");
    expect(at(400, 60)).toBe("1 certificate ends within 3 months");
    expect(at(400, 60, 20, 10)).toBe("2 certificates end within 30 days");
    expect(at(20, -1)).toBe("1 certificate has ended");
    expect(at(-2, -1)).toBe("2 certificates have ended");
  });
});

describe("stepOf", () => {
  const command = (of: CertificateRow, isFixed = false) => stepOf(of, "shipper", isFixed).command;

  it("names the folders in which the set-up keeps keys", () => {
    expect(command(row("peer", "peer0.shipper", 1))).toMatch(/renew --dir organisations\/shipper --out organisations\/shipper\/peer$/);
    expect(command(row("peer", "peer1.shipper", 1))).toMatch(/--out organisations\/shipper\/peer1$/);
    expect(command(row("peer-tls", "peer0.shipper", 1))).toMatch(
      /--dir organisations\/shipper\/tls --out organisations\/shipper\/peer0\.shipper-tls$/,
    );
    expect(command(row("orderer", "orderer.shipper", 1, "ShipperOrdererMSP"))).toMatch(
      /--dir organisations\/shipper-orderer\/tls --out organisations\/shipper-orderer\/orderer\.shipper-tls$/,
    );
    expect(command(row("person", "grace@shipper", 1))).toMatch(/code --dir organisations\/shipper --login grace /);
  });

  it("promises no rotation where the membership is fixed", () => {
    expect(command(row("root", "Rheinhafen Pharma", 1))).toContain("rotate");
    expect(command(row("root", "Rheinhafen Pharma", 1), true)).toBe("");
  });
});

describe("ownerOf", () => {
  it("gives the ordering membership to the organisation whose name it bears", () => {
    expect(ownerOf("ShipperOrdererMSP")).toBe("ShipperMSP");
    expect(ownerOf("ShipperMSP")).toBe("ShipperMSP");
  });
});
