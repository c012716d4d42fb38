import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FromSigner, parseFragment, type ToSigner, toSignerSchema } from "../../lib/messages/signer";
import { type Opener, openSigner } from "./open";

const SIGNER = "https://signer.authority.example";
const WEBSITE = "https://winterseal.example";
const request = { kind: "sign-in", challenge: "c" } as const;

/** A browser with one popup: what the website posts lands in `posted`, `say` speaks as somebody. */
function browser(isBlocked = false) {
  const posted: { message: ToSigner; target: string }[] = [];
  const popup = {
    closed: false,
    close: () => {
      popup.closed = true;
    },
    postMessage: (message: unknown, target: string) => void posted.push({ message: toSignerSchema.parse(message), target }),
  };
  let listener: Parameters<Opener["onMessage"]>[0] | undefined;
  let nonce = "";
  const opener: Opener = {
    origin: WEBSITE,
    open: (url) => {
      const fragment = parseFragment(new URL(url).hash);
      expect(new URL(url).origin).toBe(SIGNER);
      expect(fragment?.origin).toBe(WEBSITE);
      nonce = fragment?.nonce ?? "";
      return isBlocked ? null : popup;
    },
    onMessage: (added) => {
      listener = added;
      return () => {
        listener = undefined;
      };
    },
  };
  const say = (type: FromSigner["type"], from: { origin?: string; source?: unknown; nonce?: string; answer?: unknown } = {}) =>
    listener?.({
      origin: from.origin ?? SIGNER,
      source: from.source ?? popup,
      data: { winterseal: 1, nonce: from.nonce ?? nonce, type, ...(from.answer === undefined ? {} : { answer: from.answer }) },
    });
  return { opener, popup, posted, say, isListening: () => listener !== undefined };
}
const sent = { outcome: "sent", transactionId: "ab", block: 7 } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("openSigner", () => {
  it("hands the request over when the signer is ready, to the signer's origin only", async () => {
    const { opener, posted, say, isListening } = browser();
    const answer = openSigner(SIGNER, request, opener);
    expect(posted).toEqual([]);
    say("ready");
    await vi.advanceTimersByTimeAsync(0);
    expect(posted.map(({ target }) => target)).toEqual([SIGNER]);
    expect(posted[0]?.message.request).toEqual(request);
    say("sending");
    say("answer", { answer: sent });
    expect(await answer).toEqual(sent);
    expect(isListening()).toBe(false);
  });

  it("takes nothing from another origin, another window or with another nonce", async () => {
    const { opener, posted, say } = browser();
    const answer = openSigner(SIGNER, request, opener);
    const forged = { ...sent, transactionId: "forged" };
    for (const from of [{ origin: "https://evil.example" }, { source: {} }, { nonce: "0".repeat(32) }]) {
      say("ready", from);
      say("answer", { ...from, answer: forged });
    }
    expect(posted).toEqual([]);
    say("answer", { answer: { ...sent, surprise: true } });
    say("answer", { answer: sent });
    expect(await answer).toEqual(sent);
  });

  it("closes the window when the request cannot be made", async () => {
    const { opener, popup, posted } = browser();
    const answer = await openSigner(SIGNER, Promise.reject(new TypeError("offline")), opener);
    expect(answer).toMatchObject({ outcome: "not-sent", code: "UNAVAILABLE" });
    expect(popup.closed).toBe(true);
    expect(posted).toEqual([]);
  });

  it("says not sent when the browser blocks the window", async () => {
    expect(await openSigner(SIGNER, request, browser(true).opener)).toMatchObject({ outcome: "not-sent", code: "SIGNER_BLOCKED" });
  });

  it("says not sent when the window closes before the person agreed", async () => {
    const { opener, popup, say } = browser();
    const answer = openSigner(SIGNER, request, opener);
    say("ready");
    popup.closed = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toMatchObject({ outcome: "not-sent", code: "SIGNER_CLOSED" });
  });

  it("says unknown when the window closes after the person agreed", async () => {
    const { opener, popup, say } = browser();
    const answer = openSigner(SIGNER, request, opener);
    say("ready");
    say("sending");
    popup.closed = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toMatchObject({ outcome: "unknown", code: "COMMIT_UNKNOWN" });
  });

  it("still takes an answer that was under way when the window closed", async () => {
    const { opener, popup, say } = browser();
    const answer = openSigner(SIGNER, request, opener);
    say("sending");
    popup.closed = true;
    await vi.advanceTimersByTimeAsync(400);
    say("answer", { answer: sent });
    expect(await answer).toEqual(sent);
  });
});
