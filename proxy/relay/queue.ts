import { WintersealError } from "../../lib/messages/errors";

export interface QueueLimits {
  /** Waiting in one lane, the one that runs not counted. */
  readonly perLane: number;
  /** Waiting in all lanes. */
  readonly total: number;
  /** Running at once. */
  readonly concurrency: number;
}

interface Job {
  start(): Promise<void>;
}

/**
 * Bounded lanes with round robin between them: one job of a lane at a time, so that a sensor has one transaction in flight; a lane that has just
 * run goes behind all that wait, so that one sensor's backlog never delays another's reading by more than one job.
 */
export class FairQueue {
  readonly #limits: QueueLimits;
  /** Lanes with a running or a waiting job. */
  readonly #lanes = new Map<string, Job[]>();
  /** Lanes that wait and do not run, in turn. */
  readonly #turn: string[] = [];
  #waiting = 0;
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get running(): number {
    return this.#running;
  }

  /**
   * Runs `work` when it is its lane's turn.
   * @throws WintersealError BUSY with fact `retryAfter`, ms, when the lane or the whole queue is full
   */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const jobs = this.#lanes.get(lane);
    if (this.#waiting >= this.#limits.total || (jobs !== undefined && jobs.length >= this.#limits.perLane)) {
      return Promise.reject(new WintersealError("BUSY", undefined, { retryAfter: this.#retryAfter() }));
    }
    return new Promise<T>((resolve, reject) => {
      const job: Job = { start: () => work().then(resolve, reject) };
      this.#waiting++;
      if (jobs === undefined) {
        this.#lanes.set(lane, [job]);
        this.#turn.push(lane);
      } else {
        jobs.push(job);
      }
      this.#fill();
    });
  }

  /** Resolves when nothing waits or runs. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #fill(): void {
    while (this.#running < this.#limits.concurrency) {
      const lane = this.#turn.shift();
      if (lane === undefined) break;
      const job = this.#lanes.get(lane)?.shift();
      if (job === undefined) continue;
      this.#waiting--;
      this.#running++;
      void job.start().finally(() => this.#finished(lane));
    }
    if (this.#running === 0 && this.#waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #finished(lane: string): void {
    this.#running--;
    if (this.#lanes.get(lane)?.length === 0) this.#lanes.delete(lane);
    else this.#turn.push(lane);
    this.#fill();
  }

  /** Half a second when it has just filled up, up to four when it is full, spread so that they do not all come back together. */
  #retryAfter(): number {
    const fullness = this.#waiting / this.#limits.total;
    return Math.round((500 + 3_500 * fullness) * (0.75 + Math.random() / 2));
  }
}
