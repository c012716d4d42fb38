import { parseArgs } from "node:util";
import { WintersealError } from "../../messages/errors";

export const HELP = `Checks a Winterseal evidence file, without any server, network or database.

  verify FILE [options]

  --roots PATH            file or folder of pinned roots: certificates named after their MSP id (AuthorityMSP.pem),
                          or text with lines "MSPID SHA256" and "genesis SHA256"; may be given several times
  --root MSPID=SHA256     pins one root by the SHA-256 fingerprint of its certificate
  --genesis SHA256        pins the channel's first block by the hash of its header
  --accept-demonstration  takes identities of a demonstration as real
  --endorsements N        distinct organisations that must have endorsed (2)
  --json                  prints the report as one JSON document
  --help

Get roots and fingerprints from the organisations themselves, not from whoever gave you the file. Without any pin
the answer is at best "internally consistent, unknown network".

Exit: 0 verified · 1 refused · 2 not understood · 3 nothing fails, and something is not proved`;

export interface Options {
  readonly file: string;
  readonly roots: readonly string[];
  /** Lines of the form that a file of pins has. */
  readonly lines: readonly string[];
  readonly acceptDemonstration: boolean;
  readonly endorsements: number;
  readonly json: boolean;
}

/** @returns undefined when help was asked for @throws WintersealError ARGUMENT_INVALID */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new WintersealError("ARGUMENT_INVALID", "name exactly one file");
  const endorsements = Number(values.endorsements ?? "2");
  if (!Number.isInteger(endorsements) || endorsements < 1 || endorsements > 16)
    throw new WintersealError("ARGUMENT_INVALID", "--endorsements takes a number from 1 to 16");
  const lines = [...(values.root ?? []).map((it) => it.replace("=", " ")), ...(values.genesis ?? []).map((it) => `genesis ${it}`)];
  return {
    file,
    roots: values.roots ?? [],
    lines,
    acceptDemonstration: values["accept-demonstration"] === true,
    endorsements,
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        roots: { type: "string", multiple: true },
        root: { type: "string", multiple: true },
        genesis: { type: "string", multiple: true },
        "accept-demonstration": { type: "boolean" },
        endorsements: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", cause instanceof Error ? cause.message : undefined, {}, { cause });
  }
}
