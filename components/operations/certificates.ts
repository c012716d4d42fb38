/** Certificates that a network lives on: when each ends, whose it is, and what its owner does next. */
import { formatUntil } from "@/components/format/duration";
import type { StateKind } from "@/components/ui/state";
import { DUE } from "@/lib/domain/needs";

export const KIND_WORDS = {
  root: "Root of identities",
  "tls-root": "Root of TLS",
  peer: "Peer",
  "peer-tls": "Peer, TLS",
  orderer: "Ordering node, TLS",
  operator: "Proxy",
  person: "Person",
} as const;
export type CertificateKind = keyof typeof KIND_WORDS;

export interface CertificateRow {
  readonly kind: CertificateKind;
  /** Common name: who or what it is for. */
  readonly holder: string;
  readonly mspId: string;
  /** ms UTC */
  readonly ends: number;
}

/** Nothing to do while it is further away than this. */
export const isDue = ({ ends }: Pick<CertificateRow, "ends">, now: number): boolean => ends - now <= DUE.quarter;

export function endState({ ends }: Pick<CertificateRow, "ends">, now: number): { readonly kind: StateKind; readonly text: string } {
  if (ends <= now) return { kind: "violation", text: `Ended ${formatUntil(ends, now) === "ended" ? "today" : formatUntil(ends, now)}` };
  if (ends - now <= DUE.month) return { kind: "warning", text: `Ends ${formatUntil(ends, now)}` };
  return isDue({ ends }, now) ? { kind: "calendar", text: `Ends ${formatUntil(ends, now)}` } : { kind: "kept", text: "Good" };
}

/** Which organisation of people a membership belongs to: the one that orders under its name, too. */
export const ownerOf = (mspId: string): string => mspId.replace(/OrdererMSP$/, "MSP");
export const orders = (mspId: string): boolean => /OrdererMSP$/.test(mspId);

/** What its owner does, as a command in the folder of the organisations (docs/operations.md); what to restart afterwards. */
export interface Step {
  readonly command: string;
  readonly after: string;
}

const NODE_PEER = /^peer(\d+)\.(.+)$/;

/**
 * @param id short name of the organisation: its folder
 * @param isFixed whether the ledger's membership cannot change (the embedded one)
 */
export function stepOf({ kind, holder, mspId }: CertificateRow, id: string, isFixed: boolean): Step {
  const folder = `organisations/${id}${orders(mspId) ? "-orderer" : ""}`;
  const renew = (dir: string, out: string): string => `node dist/organisation.mjs renew --dir ${dir} --out ${out}`;
  switch (kind) {
    case "root":
      if (isFixed) return { command: "", after: "The embedded ledger's membership is fixed: found a new one before." };
      return { command: `node dist/organisation.mjs rotate --dir ${folder}`, after: "Then follow “Rotate a certificate authority”." };
    case "tls-root":
      return { command: `node dist/organisation.mjs rotate --dir ${folder}/tls`, after: "Then follow “Rotate a TLS root”." };
    case "peer": {
      const number = NODE_PEER.exec(holder)?.[1] ?? "0";
      return { command: renew(folder, `${folder}/peer${number === "0" ? "" : number}`), after: "Then restart the peer." };
    }
    case "peer-tls":
      return { command: renew(`${folder}/tls`, `${folder}/${holder}-tls`), after: "Then restart the peer." };
    case "orderer":
      return { command: renew(`${folder}/tls`, `${folder}/${holder}-tls`), after: "Then restart the ordering node." };
    case "operator":
      return { command: renew(folder, "operator"), after: "Then restart the proxy." };
    case "person":
      return {
        command: `node dist/organisation.mjs code --dir ${folder} --login ${holder.split("@")[0]} --name NAME --role ROLE`,
        after: "The person enrols again with the code.",
      };
  }
}

/** The page's answer about certificates, in one sentence. */
export function certificateTitle(rows: readonly CertificateRow[], now: number): string {
  const count = (isIn: (ends: number) => boolean) => rows.filter(({ ends }) => isIn(ends)).length;
  const named = (number: number, rest: string) => `${number} ${number === 1 ? `certificate ${rest}` : `certificates ${plural(rest)}`}`;
  const ended = count((ends) => ends <= now);
  if (ended > 0) return named(ended, "has ended");
  const month = count((ends) => ends - now <= DUE.month);
  if (month > 0) return named(month, "ends within 30 days");
  const quarter = count((ends) => ends - now <= DUE.quarter);
  return quarter > 0 ? named(quarter, "ends within 3 months") : "No certificate ends within 3 months";
}

const plural = (verb: string): string => verb.replace(/^has/, "have").replace(/^ends/, "end");
