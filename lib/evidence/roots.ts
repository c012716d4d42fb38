/** The roots that a file brings along against those that its reader pinned. */

import { fingerprintOf, isDemonstration, type Pins } from "./pins";
import type { Findings, ReportedRoot } from "./report";

export function reportRoot(mspId: string, certificate: string, pins: Pins["roots"]): ReportedRoot {
  const fingerprint = fingerprintOf(certificate, `the root of ${mspId}`);
  const own = pins.filter((pin) => pin.mspId === mspId);
  const standing = own.length === 0 ? "not-pinned" : own.some((pin) => pin.fingerprint === fingerprint) ? "pinned" : "other";
  return { mspId, fingerprint, standing, demonstration: isDemonstration(certificate) };
}

export function checkGenesis(genesis: string | undefined, pins: Pins, findings: Findings): void {
  if (pins.genesis.length === 0 || (genesis !== undefined && pins.genesis.includes(genesis))) return;
  findings.fail("network", { code: "other-root", detail: "the channel's first block is another one than you pinned" });
}

export function checkRoots(
  roots: readonly ReportedRoot[],
  signers: ReadonlySet<string>,
  genesisPinned: boolean,
  { pins, acceptDemonstration = false }: { readonly pins: Pins; readonly acceptDemonstration?: boolean },
  findings: Findings,
): void {
  if (pins.roots.length + pins.genesis.length === 0)
    findings.leaveOpen("network", {
      code: "not-pinned",
      detail: "nothing is pinned: internally consistent at best, of an unknown network",
    });
  for (const { mspId, standing } of roots) {
    if (standing === "other")
      findings.fail("network", { code: "other-root", detail: `the root of ${mspId} is another one than you pinned` });
    else if (standing === "not-pinned" && pins.roots.length > 0 && signers.has(mspId) && !genesisPinned)
      findings.fail("network", { code: "unknown-roots", detail: `you pinned no root for ${mspId}` });
  }
  const marked = roots.filter(({ demonstration }) => demonstration).map(({ mspId }) => mspId);
  if (marked.length === 0) return;
  const finding = { code: "demonstration", detail: `roots of a demonstration: ${marked.join(", ")}` } as const;
  if (acceptDemonstration) findings.note("demonstration", finding);
  else findings.fail("demonstration", finding);
}
