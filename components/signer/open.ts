/** The website's end of the signer protocol (lib/messages/signer): opens the window, hands the request over, waits for the one answer. */
import { ERROR_CODES, type ErrorCode } from "@/lib/messages/errors";
import {
  type FromSigner,
  formatFragment,
  fromSignerSchema,
  type SignerAnswer,
  type SignerRequest,
  type ToSigner,
} from "@/lib/messages/signer";

const WINDOW_WIDTH = 480;
const WINDOW_HEIGHT = 720;
const CLOSED_CHECK_MS = 300;
/** After its window closed, an answer that was already posted may still be on its way. */
const CLOSED_GRACE_MS = 500;

/** What the protocol needs of a browser's window; tests give their own. */
export interface Opener {
  readonly origin: string;
  open(
    url: string,
    features: string,
  ): { readonly closed: boolean; close(): void; postMessage(message: unknown, targetOrigin: string): void } | null;
  onMessage(listener: (event: { origin: string; source: unknown; data: unknown }) => void): () => void;
}

const notSent = (code: ErrorCode): SignerAnswer => ({ outcome: "not-sent", code, message: ERROR_CODES[code] });
const unknown = (code: ErrorCode): SignerAnswer => ({ outcome: "unknown", code, message: ERROR_CODES[code] });

/**
 * Asks the signer at `signer` (an origin). Call it in a click's own handler: browsers block windows that open later. A request that has
 * to be fetched first may be given as a promise; when it fails, nothing is asked and the window closes.
 * Never throws for what a person or a network does: the answer says what is known.
 */
export function openSigner(
  signer: string,
  request: SignerRequest | Promise<SignerRequest>,
  opener: Opener = browserOpener(),
): Promise<SignerAnswer> {
  const nonce = randomNonce();
  const window = opener.open(`${signer}/${formatFragment(nonce, opener.origin)}`, `popup,width=${WINDOW_WIDTH},height=${WINDOW_HEIGHT}`);
  if (window === null) return Promise.resolve(notSent("SIGNER_BLOCKED"));
  return new Promise((resolve) => {
    let isSending = false;
    const settle = (answer: SignerAnswer) => {
      stopListening();
      stopWatching();
      resolve(answer);
    };
    const asked = Promise.resolve(request);
    asked.catch(() => {
      window.close();
      settle(notSent("UNAVAILABLE"));
    });
    const hand = (ready: SignerRequest) =>
      window.postMessage({ winterseal: 1, nonce, type: "request", request: ready } satisfies ToSigner, signer);
    const receive = (message: FromSigner) => {
      if (message.type === "ready") asked.then(hand, () => undefined);
      if (message.type === "sending") isSending = true;
      if (message.type === "answer") settle(message.answer);
    };
    const stopListening = opener.onMessage((event) => {
      if (event.origin !== signer || event.source !== window) return;
      const message = fromSignerSchema.safeParse(event.data);
      if (message.success && message.data.nonce === nonce) receive(message.data);
    });
    const stopWatching = whenClosed(window, () => settle(isSending ? unknown("COMMIT_UNKNOWN") : notSent("SIGNER_CLOSED")));
  });
}

/** Calls back once when a window has been closed for the grace. @returns how to stop watching */
function whenClosed(window: { readonly closed: boolean }, callback: () => void): () => void {
  let closedSince: number | undefined;
  const timer = setInterval(() => {
    if (!window.closed) return;
    closedSince ??= Date.now();
    if (Date.now() - closedSince >= CLOSED_GRACE_MS) callback();
  }, CLOSED_CHECK_MS);
  return () => clearInterval(timer);
}

function randomNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function browserOpener(): Opener {
  return {
    origin: globalThis.location.origin,
    // A window of its own each time: a name would find the one before, which may be about to close.
    open: (url, features) => globalThis.open(url, "_blank", features),
    onMessage: (listener) => {
      globalThis.addEventListener("message", listener);
      return () => globalThis.removeEventListener("message", listener);
    },
  };
}
