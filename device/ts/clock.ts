/**
 * A device's two clocks (design, "Time is ticks, not the device's clock"): ticks, which it trusts, and the time of day, at which the link
 * only hints. Readings carry ticks; the time of day is for transaction timestamps alone, and the contract holds those to its own window.
 */
import { WintersealError } from "../../lib/messages/errors";

export interface DeviceClockSettings {
  /** Monotonic ms since this boot; must go on counting while the machine sleeps. */
  readonly ticks: () => number;
  /** No true time lies before this, ms UTC: the last time that a proof carried, or the certificate's beginning. */
  readonly floor: () => number;
}

/** A hint this close to the running time changes nothing, so that times of one boot do not shiver with the link's delay. ms */
const STEADY = 5_000;
/** How far behind the floor a hint may be: proofs carry timestamps that the contract took up to its window (5 min) early or late. ms */
const FLOOR_SLACK = 15 * 60_000;
/** A crystal of 50 ppm is off by 0.2 s after this. ms */
const ASK_AGAIN = 3_600_000;

export class DeviceClock {
  readonly #settings: DeviceClockSettings;
  #offset: number | undefined;
  #hinted = Number.NEGATIVE_INFINITY;
  #distrusted = false;

  constructor(settings: DeviceClockSettings) {
    this.#settings = settings;
  }

  /** Whole ms since this boot. */
  tick(): number {
    return Math.floor(this.#settings.ticks());
  }

  /** Whether the link should be asked: no hint yet, an old one, or one after which something went wrong. */
  get asking(): boolean {
    return this.#distrusted || this.#offset === undefined || this.tick() - this.#hinted > ASK_AGAIN;
  }

  /** ms UTC. @throws WintersealError UNAVAILABLE before the first hint */
  now(): number {
    if (this.#offset === undefined) throw new WintersealError("UNAVAILABLE", "the time is not known yet");
    return this.#offset + this.tick();
  }

  /** The link was away: ask again when it is back. */
  reconnected(): void {
    this.#hinted = Number.NEGATIVE_INFINITY;
  }

  /** The contract found the time off its own: the next hint counts whatever it says. */
  distrust(): void {
    this.#distrusted = true;
  }

  /**
   * Takes a hint. The running time is kept when the hint is close to it.
   * @param milliseconds what the link says, ms UTC
   * @param asked tick when the question went out; half of the way there and back is counted as the answer's age
   * @throws WintersealError TIMESTAMP_OFF for a time before what the device knows to be past; the running time stays
   */
  hint(milliseconds: number, asked: number): void {
    const answered = this.tick();
    if (milliseconds < this.#settings.floor() - FLOOR_SLACK) {
      throw new WintersealError("TIMESTAMP_OFF", "the link's time lies before a time that was proved", { milliseconds });
    }
    const offset = milliseconds - Math.round((asked + answered) / 2);
    this.#hinted = answered;
    if (this.#offset === undefined || this.#distrusted || Math.abs(offset - this.#offset) > STEADY) this.#offset = offset;
    this.#distrusted = false;
  }
}
