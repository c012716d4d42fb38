/**
 * Ledger → devices: who asked for something by an attested read is hinted when it may have changed. A hint holds nothing and proves nothing; a proxy that
 * keeps it back costs a device the time until it asks by itself.
 */
import { fromUtf8 } from "../../device/ts/bytes";
import { ProtoReader } from "../../device/ts/proto";
import { SENSOR_ID, SHIPMENT_ID } from "../../lib/messages/names";
import type { News } from "../../lib/projection/start";

/** Devices that are remembered at most; of more, those that asked longest ago are forgotten. */
const REMEMBERED = 10_000;

export class Hints {
  readonly #send: (device: string) => void;
  /** Shipment that a device asked about last, the newest last. */
  readonly #watching = new Map<string, string>();

  /** @param send to a device's own topic; it may be away */
  constructor(send: (device: string) => void) {
    this.#send = send;
  }

  /** A device asked an attested question. */
  asked(device: string, signedProposal: Uint8Array): void {
    const shipment = shipmentAsked(signedProposal);
    if (shipment === undefined) return;
    this.#watching.delete(device);
    this.#watching.set(device, shipment);
    const oldest = this.#watching.keys().next();
    if (this.#watching.size > REMEMBERED && !oldest.done) this.#watching.delete(oldest.value);
  }

  tell({ commanded, violated }: News): void {
    const devices = new Set(commanded.filter((sensor) => SENSOR_ID.test(sensor)));
    const shipments = new Set(violated);
    for (const [device, shipment] of this.#watching) if (shipments.has(shipment)) devices.add(device);
    for (const device of devices) this.#send(device);
  }
}

/** The shipment of the question `{"kind":"shipment",…}` in a proposal of `attest:Read`; undefined for any other. */
function shipmentAsked(signedProposal: Uint8Array): string | undefined {
  const payload = new ProtoReader(new ProtoReader(new ProtoReader(signedProposal).bytes(1)).bytes(2));
  const spec = new ProtoReader(new ProtoReader(payload.bytes(1)).bytes(1));
  const [name, question] = new ProtoReader(spec.bytes(3)).repeated(1);
  if (name === undefined || question === undefined || fromUtf8(name) !== "attest:Read") return undefined;
  try {
    const { kind, shipment } = JSON.parse(fromUtf8(question)) as { kind?: unknown; shipment?: unknown };
    return kind === "shipment" && typeof shipment === "string" && SHIPMENT_ID.test(shipment) ? shipment : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
