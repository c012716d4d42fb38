import { parseArgs } from "node:util";
import { PROFILES } from "../../lib/domain/profiles";
import { WintersealError } from "../../lib/messages/errors";
import { SENSOR_ID } from "../../lib/messages/names";

export const USAGE = `npm run sensor -- COMMAND ID [OPTIONS]

A sensor of your own: its key is made here and never leaves this folder.

  request ID             make the sensor's key and print its certificate request, to be pasted under "Register a sensor"
  install ID FILE        keep the identity certificate that the registration gave; refused when it is for another key
  run ID                 measure and deliver: one measurement per line on standard input, "4.87" or "4.87 55.3" (°C, %RH)

  --every SECONDS        time between readings (default 60)
  --send SECONDS         age of a reading at which a batch goes out (default 60)
  --profile NAME         profile of the goods it rides with, e.g. fridge-2-8/1: a reading that breaks a rule goes out at once
  --display PORT         serve the sensor's own display, for the inspector (default none)
  --data DIR             state of the running product (default .winterseal)
  --help                 this text

Example: while sleep 10; do vcgencmd measure_temp | tr -dc '0-9.\\n'; done | npm run sensor -- run ws-0500 --every 10`;

export interface SensorOptions {
  readonly command: "request" | "install" | "run";
  readonly id: string;
  readonly file: string | undefined;
  readonly everyMs: number;
  readonly sendMs: number;
  readonly profile: string | undefined;
  readonly display: number | undefined;
  readonly data: string;
}

const refuse = (text: string): never => {
  throw new WintersealError("ARGUMENT_INVALID", `${text} npm run sensor -- --help lists what there is.`);
};

function seconds(name: string, text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0.5 && value <= 86_400
    ? Math.round(value * 1000)
    : refuse(`--${name} is 0.5 to 86400, not ${text}.`);
}

function knownProfile(id: string): string {
  return PROFILES.some((profile) => profile.id === id)
    ? id
    : refuse(`--profile is one of ${PROFILES.map((profile) => profile.id).join(", ")}.`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        every: { type: "string", default: "60" },
        send: { type: "string", default: "60" },
        profile: { type: "string" },
        display: { type: "string" },
        data: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** @returns undefined when help was asked for. @throws WintersealError ARGUMENT_INVALID */
export function readOptions(argv: readonly string[]): SensorOptions | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const [command, id, file, ...more] = positionals;
  if (command !== "request" && command !== "install" && command !== "run") return refuse("Name a command: request, install or run.");
  if (id === undefined || !SENSOR_ID.test(id)) return refuse("Name the sensor: small letters, digits and hyphens, 32 at most.");
  if ((file !== undefined) !== (command === "install") || more.length > 0)
    return refuse(`"${command}" takes ${command === "install" ? "a sensor and a file" : "a sensor"}.`);
  const display = values.display === undefined ? undefined : Number(values.display);
  if (display !== undefined && !(Number.isInteger(display) && display >= 0 && display <= 65_535)) refuse("--display is a port.");
  return {
    command,
    id,
    file,
    everyMs: seconds("every", values.every),
    sendMs: seconds("send", values.send),
    profile: values.profile === undefined ? undefined : knownProfile(values.profile),
    display,
    data: values.data ?? process.env.WINTERSEAL_DATA ?? ".winterseal",
  };
}
