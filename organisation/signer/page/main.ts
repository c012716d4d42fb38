/** The signer page: a window of the organisation's own, in which a person reads and signs. */
import "./no-eval";
import { WintersealError } from "../../../lib/messages/errors";
import type { SignerAnswer } from "../../../lib/messages/signer";
import { type SignerNetwork, signerNetworkSchema } from "../signer-network";
import { type Conversation, receive } from "./conversation";
import { h, icon } from "./dom";
import { showEnding, showFailure } from "./ended-view";
import { showEnrolment } from "./enrol-view";
import { asError, wordsOf } from "./failures";
import { agreeToAction, agreeToRead, signIn } from "./flows";
import { showHome } from "./home-view";
import { forget, identities } from "./keystore";
import { showPeople } from "./people-view";

/** How long the good news stands before the window goes. */
const CLOSE_AFTER_MS = 1_400;
const NOTHING_SENT = "Nothing was signed and nothing was sent.";

async function run(): Promise<void> {
  // The answer's header forbids frames as well; a browser that ignored it would still find nothing to press.
  if (window.top !== window.self) throw new WintersealError("ORIGIN_FOREIGN", "The signer never runs inside another page");
  const network = await loadNetwork();
  showBar(network);
  const conversation = await receive(network.websites);
  if (conversation === undefined) await runAlone(network);
  else await runAsked(conversation, network);
}

async function loadNetwork(): Promise<SignerNetwork> {
  try {
    const response = await fetch("/network.json", { cache: "no-store" });
    return signerNetworkSchema.parse(await response.json());
  } catch (cause) {
    throw new WintersealError("UNAVAILABLE", "the organisation's service did not answer", {}, { cause });
  }
}

function showBar({ organisation, demonstration }: SignerNetwork): void {
  document.title = `Signer · ${organisation.name}`;
  const tag = demonstration
    ? h("span", { class: "tag", title: "Identities of a demonstration prove nothing outside it" }, "Demonstration")
    : null;
  const name = h("div", {}, h("b", {}, organisation.name), h("small", {}, location.host));
  document.getElementById("bar")?.replaceChildren(icon("key"), name, ...(tag === null ? [] : [tag]));
}

async function runAlone(network: SignerNetwork): Promise<void> {
  const known = await identities();
  const code = invitedCode();
  if (known.length === 0 || code !== undefined) await showEnrolment(network, undefined, code);
  const home = async () => {
    showHome(network, await identities(), {
      enrol: () => restart(showEnrolment(network).then(home)),
      people: (identity) => restart(showPeople(network, identity).then(home)),
      forget: (commonName) => restart(forget(commonName).then(() => runAlone(network))),
    });
  };
  await home();
}

/** The code that an invitation's link carries behind its #, which no server sees; it does not stay in the address. */
function invitedCode(): string | undefined {
  const [, code] = /^#code=([0-9A-Za-z-]{12,20})$/.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  return code;
}

async function runAsked(conversation: Conversation, network: SignerNetwork): Promise<void> {
  const { request } = conversation;
  try {
    if ((await identities()).length === 0) {
      await showEnrolment(network, `Before you can sign, this browser needs a key. Use the code from ${network.organisation.name}.`);
    }
    const known = await identities();
    if (request.kind === "sign-in") {
      finish(conversation, await signIn(conversation, request, network, known), "Sign in");
      return;
    }
    const agreed = await (request.kind === "read"
      ? agreeToRead(conversation, request, network, known)
      : agreeToAction(conversation, request, network, known));
    finish(conversation, await agreed.run(), agreed.title);
  } catch (cause) {
    const { code, message } = asError(cause);
    conversation.answer({ outcome: "not-sent", code, message });
    if (code === "SIGNER_DECLINED") window.close();
    else showFailure("This cannot be signed", cause, NOTHING_SENT, close());
  }
}

const close = () => ({ label: "Close", run: () => window.close() });

function finish(conversation: Conversation, answer: SignerAnswer, title: string): void {
  conversation.answer(answer);
  if (answer.outcome === "not-sent") {
    const { code, message } = answer;
    // Before sending, the signer knows; afterwards it has the relay's word, and a relay can lie.
    const isHearsay = code === "COMMIT_INVALID";
    showFailure(
      isHearsay ? `${title}: reported as refused` : `${title}: not recorded`,
      new WintersealError(code, message),
      isHearsay
        ? "You signed it and it was sent. The relay reports that the ledger refused it; look there before you sign it again."
        : "Nothing was recorded. What you typed is still on the website.",
      close(),
    );
  } else if (answer.outcome === "unknown") {
    showEnding({
      look: "unknown",
      title: `${title}: not settled yet`,
      lead: "It was sent, but no answer came. It may still be recorded. The website shows it as soon as it is; do not repeat it before.",
      action: close(),
    });
  } else if (answer.outcome === "sent" && answer.identityRefused !== undefined) {
    showEnding({
      look: "warning",
      title: `${title}: sent, but no identity`,
      lead: `${answer.identityRefused.message} The relay reports the sensor as registered; renew it with the same key to ask again.`,
      action: close(),
    });
  } else {
    showDone(answer, title);
  }
}

const DONE_WORDS: Partial<Record<SignerAnswer["outcome"], (title: string) => string>> = {
  sent: (title) => `${title}: signed and sent`,
  read: () => "Read and attested",
};

function showDone(answer: SignerAnswer, title: string): void {
  // A commit notice is the relay's word, not a proof (docs/security.md): the signer claims no more than it knows.
  const lead =
    answer.outcome === "sent"
      ? `Endorsed as checked here. The relay reports it in block ${answer.block}. This window closes by itself.`
      : "This window closes by itself.";
  showEnding({ look: "done", title: DONE_WORDS[answer.outcome]?.(title) ?? "Signed in", lead });
  setTimeout(() => window.close(), CLOSE_AFTER_MS);
}

function restart(work: Promise<void>): void {
  work.catch((cause: unknown) => showFailure("The signer cannot run", cause, wordsOf(cause)));
}

run().catch((cause: unknown) => showFailure("The signer cannot run", cause, NOTHING_SENT));
