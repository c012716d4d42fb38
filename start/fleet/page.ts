/** What a demo sensor's own display shows, as HTML. An inspector compares it with what the website says. */
import qrcode from "qrcode";
import type { SensorStatus } from "../../device/ts/sensor";
import { ERROR_CODES } from "../../lib/messages/errors";

export interface Shown extends SensorStatus {
  readonly connected: boolean;
  /** Told to make itself seen. */
  readonly identifying: boolean;
  /** End of the identity certificate, ms UTC. */
  readonly validUntil: number;
  /** `sensor sequence hash`, as in the QR code; null before the first batch. */
  readonly text: string | null;
}

const plain = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const grouped = (hex: string): string => (hex.match(/.{1,8}/g) ?? []).map((group) => `<span>${group}</span>`).join(" ");
const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Milli-°C or tenths of %RH as a figure with its unit: true minus, unit joined by a non-breaking space. */
function figure(value: number, scale: number, digits: number, unit: string): string {
  const text = (Math.abs(value) / scale).toFixed(digits);
  return `${value < 0 ? "−" : ""}${text}<small>&nbsp;${unit}</small>`;
}

function state({ connected, sampling, delivery, measuring }: Shown): {
  kind: "kept" | "warning" | "violation";
  shape: string;
  words: string;
} {
  if (!measuring) return { kind: "warning", shape: "▲", words: "Stopped by its owner" };
  if (sampling !== null) return { kind: "violation", shape: "■", words: `Not measuring. ${ERROR_CODES[sampling]}` };
  if (!connected) return { kind: "warning", shape: "▲", words: "Measuring, no link. Readings are kept" };
  if (delivery !== null) return { kind: "warning", shape: "▲", words: `Measuring, not delivered. ${ERROR_CODES[delivery]}` };
  return { kind: "kept", shape: "●", words: "Measuring and delivering" };
}

function chip(shown: Shown): string {
  const { kind, shape, words } = state(shown);
  return `<p class="state ${kind}"><span aria-hidden="true">${shape}</span> ${plain(words)}</p>`;
}

const here = ({ identifying }: Shown): string =>
  identifying ? '<p class="here" role="status">◆ Here I am: my owner asked for me</p>' : "";

/** What its owner told it last, and what it did. */
function told({ command, interval, commands }: Shown): string {
  const last =
    command === null
      ? "none yet"
      : `${command.counter}, ${command.outcome === "done" ? "carried out" : `refused. ${ERROR_CODES[command.outcome]}`}`;
  const trouble = commands === null ? "" : `<dt>Asking for commands</dt><dd>${plain(ERROR_CODES[commands])}</dd>`;
  return `<dt>Measures every</dt><dd>${interval / 1000} s</dd><dt>Last command</dt><dd>${plain(last)}</dd>${trouble}`;
}

function now({ last }: Shown): string {
  if (last === null) return '<p class="now none">No reading yet</p>';
  const humidity = last.humidity === null ? "" : ` <span>${figure(last.humidity, 10, 1, "%RH")}</span>`;
  return `<p class="now"><span>${figure(last.temperature, 1000, 2, "°C")}</span>${humidity}</p>`;
}

function layout(title: string, body: string, refresh = false): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? '<meta http-equiv="refresh" content="10">' : ""}
<title>${plain(title)}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body><main>${body}</main></body>
</html>`;
}

/** What an alarm lamp shows: its light, in a word, a shape and a colour. */
export interface LampShown {
  readonly id: string;
  readonly shipment: string;
  readonly connected: boolean;
  readonly state: "calm" | "alarm" | "unknown";
  readonly violations: number;
  readonly trouble: string | null;
}

const LAMP_WORDS = {
  calm: { kind: "kept", shape: "○", words: "Dark: no violation, as two organisations signed" },
  alarm: { kind: "violation", shape: "■", words: "ALARM" },
  unknown: { kind: "warning", shape: "▲", words: "Blinking: nothing was proved for too long" },
} as const;

function lampRow({ id, shipment, state, violations }: LampShown): string {
  const { kind, shape, words } = LAMP_WORDS[state];
  const count = state === "alarm" ? `: ${violations} ${violations === 1 ? "violation" : "violations"} proved` : "";
  return `<li class="lamp"><strong>${plain(id)}</strong><span class="quiet">alarm lamp of ${plain(shipment)}</span><p class="state ${kind}"><span aria-hidden="true">${shape}</span> ${words}${count}</p></li>`;
}

/** All sensors and lamps of the fleet. Refreshes itself. */
export function listPage(sensors: readonly Shown[], lamps: readonly LampShown[] = []): string {
  const rows = sensors.map(
    (shown) => `<li><a href="/${shown.id}"><strong>${shown.id}</strong>${now(shown)}${here(shown)}${chip(shown)}</a></li>`,
  );
  const body =
    sensors.length === 0
      ? "<h1>No sensors</h1><p>Nothing is switched on yet.</p>"
      : `<h1>Demo sensors</h1><p class="quiet">Each has a key, a certificate and a journal of its own. Open one to read what an inspector reads.</p><ul>${rows.join("")}</ul>`;
  const lit =
    lamps.length === 0
      ? ""
      : `<h2>Alarm lamps</h2><p class="quiet">Each acts on violations of one shipment, and on nothing that a proxy says: it has them proved to it.</p><ul>${lamps.map(lampRow).join("")}</ul>`;
  return layout("Demo sensors", body + lit, true);
}

function batch({ sequence, hash, confirmedThrough, text }: Shown, code: string): string {
  if (text === null) return "<p>It has formed no batch yet, so there is nothing to vouch for.</p>";
  const confirmed =
    confirmedThrough >= sequence
      ? "The ledger has everything through this batch."
      : `The ledger has everything through batch ${confirmedThrough}; this one is on its way.`;
  return `<dl>
<dt>Last batch</dt><dd class="large">${sequence}</dd>
<dt>Its hash</dt><dd class="hash">${grouped(hash)}</dd>
</dl>
<p class="quiet">${confirmed}</p>
<figure>${code}<figcaption>Sensor, number and hash in one code</figcaption></figure>
<label for="text">The same as text</label>
<textarea id="text" rows="3" readonly>${plain(text)}</textarea>`;
}

/** One sensor's display, as it stands at this moment: it does not change under the reader's eyes. */
export async function sensorPage(shown: Shown, at: number): Promise<string> {
  const code = shown.text === null ? "" : await qrcode.toString(shown.text, { type: "svg", margin: 2, errorCorrectionLevel: "M" });
  const body = `<nav><a href="/">All sensors</a></nav>
<h1>${shown.id}</h1>
${here(shown)}${chip(shown)}
${now(shown)}
<section>
<h2>For the inspector</h2>
${batch(shown, code)}
</section>
<section>
<h2>Identity</h2>
<dl>
<dt>Key's thumbprint</dt><dd class="hash">${grouped(shown.thumbprint)}</dd>
<dt>Certificate ends</dt><dd>${utc(shown.validUntil)}</dd>
${told(shown)}
<dt>Readings not in a batch yet</dt><dd>${shown.waiting}</dd>
<dt>Readings missed since it started</dt><dd>${shown.missed}</dd>
</dl>
</section>
<p class="quiet">Shown at ${new Date(at).toISOString().slice(11, 19)} UTC. <a href="/${shown.id}">Read again</a></p>`;
  return layout(shown.id, body);
}
