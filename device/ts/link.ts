import type { FromBody, ToMessage } from "./link-messages";

/** The way to a proxy: MQTT for a sensor, HTTPS for a person's signer, memory in a simulation. */
export interface Link {
  /**
   * Sends one message and waits for its answer; a refusal is an answer.
   * @param deadlineMs how long to wait, ms
   * @throws WintersealError UNAVAILABLE (not sent, or nobody there), DEADLINE (no answer in time), MESSAGE_… (an answer that cannot be read)
   */
  request(body: FromBody, deadlineMs: number): Promise<ToMessage>;

  /** The last answer did not pass the client's checks. A link that shortens messages goes back to the full form. */
  doubt?(): void;
}
