import { parseArgs } from "node:util";
import { DEFAULT_PROFILE, PROFILES } from "../../lib/domain/profiles";
import { WintersealError } from "../../lib/messages/errors";
import { SHIPMENT_ID } from "../../lib/messages/names";

export const USAGE = `npm run replay -- FILE [OPTIONS]

Plays a logger's file (CSV, or a Berlinger Fridge-tag 2 export) through a real sensor identity registered for it: every row is signed,
committed and judged, with the file's own times. They carry the standing *imported*, which never counts as a full yes.
Running the same file again changes nothing.

  --shipment ID          shipment to play it into (default: one made for this file)
  --profile ID           product profile of a shipment that is made (default ${DEFAULT_PROFILE}; docs/profiles.md has all)
  --now                  shift all times so that the last row is now
  --time-column NAME     columns of a CSV, where the usual names do not say it
  --temperature-column NAME
  --humidity-column NAME
  --unit C|F             unit of a CSV's temperatures (default C)
  --time-zone ZONE       zone of times without an offset, e.g. Europe/Zurich (default UTC)
  --data DIR             state of the running product (default .winterseal)
  --json                 print the summary as one line of JSON
  --help                 this text`;

export interface ReplayOptions {
  readonly file: string;
  readonly shipment: string | undefined;
  readonly profile: string;
  readonly now: boolean;
  readonly timeColumn: string | undefined;
  readonly temperatureColumn: string | undefined;
  readonly humidityColumn: string | undefined;
  readonly unit: "C" | "F";
  readonly timeZone: string;
  readonly data: string;
  readonly json: boolean;
}

const refuse = (text: string): never => {
  throw new WintersealError("ARGUMENT_INVALID", `${text} npm run replay -- --help lists the options.`);
};

/** @returns undefined when help was asked for. @throws WintersealError ARGUMENT_INVALID */
export function readOptions(argv: readonly string[]): ReplayOptions | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) refuse("Name exactly one file.");
  if (values.shipment !== undefined && !SHIPMENT_ID.test(values.shipment)) {
    refuse(`"${values.shipment}" is no shipment id (small letters, digits and hyphens, 48 at most).`);
  }
  if (values.unit !== "C" && values.unit !== "F") refuse(`--unit is C or F, not ${values.unit}.`);
  const profile = PROFILES.findLast(({ id }) => id === values.profile || id.startsWith(`${values.profile}/`));
  if (profile === undefined)
    return refuse(`There is no profile "${values.profile}"; there are ${PROFILES.map(({ id }) => id).join(", ")}.`);
  return {
    file: file as string,
    shipment: values.shipment,
    profile: profile.id,
    now: values.now,
    timeColumn: values["time-column"],
    temperatureColumn: values["temperature-column"],
    humidityColumn: values["humidity-column"],
    unit: values.unit as "C" | "F",
    timeZone: values["time-zone"],
    data: values.data ?? process.env.WINTERSEAL_DATA ?? ".winterseal",
    json: values.json,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        shipment: { type: "string" },
        profile: { type: "string", default: DEFAULT_PROFILE },
        now: { type: "boolean", default: false },
        "time-column": { type: "string" },
        "temperature-column": { type: "string" },
        "humidity-column": { type: "string" },
        unit: { type: "string", default: "C" },
        "time-zone": { type: "string", default: "UTC" },
        data: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? `${error.message}.` : String(error));
  }
}
