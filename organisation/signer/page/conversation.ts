/** The signer's end of the protocol with a website (lib/messages/signer). */
import { WintersealError } from "../../../lib/messages/errors";
import { type FromSigner, parseFragment, type SignerAnswer, type SignerRequest, toSignerSchema } from "../../../lib/messages/signer";

export interface Conversation {
  /** Origin of the website that asks. */
  readonly website: string;
  readonly request: SignerRequest;
  /** The person agreed and the transaction is about to leave. */
  sending(): void;
  /** Says how it ended; further calls say nothing. */
  answer(answer: SignerAnswer): void;
}

/** A website that opened this window asks at once; longer means that it is gone. */
const REQUEST_DEADLINE_MS = 15_000;

/**
 * Waits for the website's request.
 * @param websites origins that this organisation lets ask
 * @returns undefined when the page was opened by hand
 * @throws WintersealError ORIGIN_FOREIGN, MESSAGE_MALFORMED, DEADLINE
 */
export async function receive(websites: readonly string[]): Promise<Conversation | undefined> {
  const opened = parseFragment(location.hash);
  const opener: Window | null = window.opener;
  if (opened === undefined || opener === null) return undefined;
  const { nonce, origin } = opened;
  if (!websites.includes(origin)) throw new WintersealError("ORIGIN_FOREIGN", undefined, { origin });
  const say = (message: FromSigner) => opener.postMessage(message, origin);
  const asked = nextRequest(opener, origin, nonce);
  say({ winterseal: 1, nonce, type: "ready" });
  const request = await asked;
  let isAnswered = false;
  return {
    website: origin,
    request,
    sending: () => say({ winterseal: 1, nonce, type: "sending" }),
    answer: (answer) => {
      if (!isAnswered) say({ winterseal: 1, nonce, type: "answer", answer });
      isAnswered = true;
    },
  };
}

function nextRequest(opener: Window, origin: string, nonce: string): Promise<SignerRequest> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      window.removeEventListener("message", listen);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new WintersealError("DEADLINE", "the website that opened this window did not say what to sign"));
    }, REQUEST_DEADLINE_MS);
    const listen = (event: MessageEvent) => {
      if (event.origin !== origin || event.source !== opener) return;
      const message = toSignerSchema.safeParse(event.data);
      if (message.success && message.data.nonce !== nonce) return;
      stop();
      if (message.success) resolve(message.data.request);
      else reject(new WintersealError("MESSAGE_MALFORMED", "the website asked for something that this signer does not know"));
    };
    window.addEventListener("message", listen);
  });
}
