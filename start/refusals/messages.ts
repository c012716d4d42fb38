/** What does not even become a question: refused by broker or proxy, before the ledger is asked. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFrom, type FromMessage, type ToMessage } from "../../device/ts/link-messages";
import { loadSigner } from "../../device/ts/signer-node";
import type { ErrorCode } from "../../lib/messages/errors";
import { LINK_MAX_BYTES } from "../../lib/messages/link";
import { startSensor } from "../testing/sensor";
import type { Walk } from "./walk";
import { proposalOf, Wire } from "./wire";

const HELLO: FromMessage = { type: "hello", request: 5 };

/** Bytes of a message of any size that is well formed but for its size. */
function oversized(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([1, 8, 5, 18]);
  return bytes;
}

export function messageRefusals(the: () => Walk): void {
  describe("a message on the link", () => {
    let wire: Wire;

    beforeAll(async () => {
      const sensor = await startSensor(the().stack, "wire-a");
      await sensor.close();
      const other = await startSensor(the().stack, "wire-b");
      await other.close();
      wire = await Wire.open(the().stack, "wire-a");
    });
    afterAll(() => wire?.close());

    const signer = (id: string) => loadSigner("AuthorityMSP", join(the().stack.context.layout.devices, id));
    const proposal = async (id: string, asked: Parameters<typeof proposalOf>[1] = {}) =>
      wire.publish("sendTXP", encodeFrom({ type: "sendTXP", request: 5, signedProposal: await proposalOf(await signer(id), asked) }));

    const cases: readonly [string, ErrorCode, () => Promise<ToMessage>, number][] = [
      [
        "that is cut off",
        "MESSAGE_MALFORMED",
        () => wire.publish("sendTX", encodeFrom({ type: "sendTX", request: 5, envelope: new Uint8Array(99) }).subarray(0, 50)),
        5,
      ],
      ["of an unknown version", "MESSAGE_VERSION", () => wire.publish("hello", Uint8Array.of(99, ...encodeFrom(HELLO).subarray(1))), 0],
      ["of an unknown type", "MESSAGE_TYPE", () => wire.publish("firmware", encodeFrom(HELLO)), 5],
      ["over the limit", "MESSAGE_TOO_LARGE", () => wire.publish("sendTX", oversized(LINK_MAX_BYTES + 1)), 5],
      ["under another sensor's topic", "TOPIC_FOREIGN", () => wire.publish("hello", encodeFrom(HELLO), "wire-b"), 0],
      ["among the answers", "TOPIC_FOREIGN", () => wire.answerTo(() => wire.client.publish("to/wire-b/time", "forged", { qos: 1 })), 0],
      [
        "that is to be retained",
        "TOPIC_FOREIGN",
        () => wire.answerTo(() => wire.client.publish("from/wire-a/hello", "", { qos: 1, retain: true })),
        0,
      ],
      [
        "among what the broker tells",
        "TOPIC_FOREIGN",
        () => wire.answerTo(() => wire.client.publish("refused/wire-b/BUSY", "", { qos: 1 })),
        0,
      ],
      ["with another sensor's proposal", "CREATOR_MISMATCH", () => proposal("wire-b"), 5],
      ["with a wrong signature", "SIGNATURE_INVALID", () => proposal("wire-a", { falsely: true }), 5],
      ["for another channel", "PROPOSAL_REFUSED", () => proposal("wire-a", { channel: "other" }), 5],
    ];
    it.each(cases)("%s is %s", async (_, code, act, request) => {
      await the().refused(code, async () => {
        const answer = await act();
        expect(answer.request).toBe(request);
        return answer;
      });
    });

    it.each(["to/wire-b/#", "from/#", "refused/#"])("that asks for %s, which is not its own, is TOPIC_FOREIGN", async (filter) => {
      const subscribe = () => wire.client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
      await the().refused("TOPIC_FOREIGN", () => wire.answerTo(subscribe));
    });

    it("that is far too large costs its sender the connection, is counted, and others go on", async () => {
      const before = await the().counts();
      const world = await the().world();
      const closed = new Promise<void>((resolve) => wire.client.once("close", () => resolve()));
      wire.client.publish("from/wire-a/sendTX", Buffer.from(oversized(LINK_MAX_BYTES + 10_000)), { qos: 0 });
      await closed;
      await expect.poll(async () => (await the().counts()).MESSAGE_TOO_LARGE).toBe((before.MESSAGE_TOO_LARGE ?? 0) + 1);
      await expect.poll(() => wire.client.connected, { timeout: 10_000 }).toBe(true);
      expect(await wire.publish("hello", encodeFrom(HELLO))).toMatchObject({ type: "time", request: 5 });
      expect(await the().world()).toEqual(world);
    });

    it("cannot come from a certificate under another sensor's client id, and the attempt is counted", async () => {
      const before = (await the().counts()).WRONG_SENSOR ?? 0;
      await expect(Wire.open(the().stack, "wire-a", "wire-b")).rejects.toThrow();
      await expect.poll(async () => (await the().counts()).WRONG_SENSOR).toBe(before + 1);
    });
  });
}
