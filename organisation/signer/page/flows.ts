/** What a website can ask for: a sign-in, or a ledger action. Each asks the person, does it, and answers once. */
import { utf8 } from "../../../device/ts/bytes";
import { readCertificate } from "../../../device/ts/certificate";
import { webCrypto } from "../../../device/ts/crypto-web";
import { httpsLink } from "../../../device/ts/link-https";
import { WintersealError } from "../../../lib/messages/errors";
import { parseChallenge, type SignerAnswer, type SignerRequest } from "../../../lib/messages/signer";
import { type Statement, type StatementName, statements } from "../../../lib/messages/statements";
import { checkSensorRequest, type IssuedIdentity, requestSensorIdentity } from "../../ca/client";
import { describe } from "../describe";
import { requestThumbprint } from "../request";
import { type SignerNetwork, settingsOf } from "../signer-network";
import { attest, type Transacted, transact } from "../transact";
import { instant, moment, type Words } from "../words";
import { accessObstacle, ask } from "./consent-view";
import type { Conversation } from "./conversation";
import { row } from "./dom";
import { showSteps } from "./ended-view";
import { asError, wordsOf } from "./failures";
import { identitySigner } from "./identity-signer";
import { keep, type StoredIdentity } from "./keystore";

type SignInRequest = Extract<SignerRequest, { kind: "sign-in" }>;
type ReadRequest = Extract<SignerRequest, { kind: "read" }>;
type TransactRequest = Extract<SignerRequest, { kind: "transact" }>;

const declined = (): WintersealError => new WintersealError("SIGNER_DECLINED");
const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
const endedObstacle = ({ certificate }: StoredIdentity): string | undefined =>
  readCertificate(certificate).notAfter < Date.now()
    ? "This identity has ended. Ask your organisation for a new code and enrol again."
    : undefined;

const signerOf = (identity: StoredIdentity, network: SignerNetwork) => identitySigner(identity, network.organisation.mspId);

/** @throws WintersealError CHALLENGE_INVALID, SIGNER_DECLINED */
export async function signIn(
  conversation: Conversation,
  request: SignInRequest,
  network: SignerNetwork,
  identities: readonly StoredIdentity[],
): Promise<SignerAnswer> {
  const challenge = parseChallenge(request.challenge);
  if (challenge === undefined || challenge.origin !== conversation.website || challenge.expires < Date.now()) {
    throw new WintersealError("CHALLENGE_INVALID");
  }
  const { host } = new URL(challenge.origin);
  const identity = await ask(
    {
      title: `Sign in to ${host}?`,
      lead: "Your key answers the website’s question. It approves nothing on the ledger.",
      fields: [row("Website", challenge.origin), row("Valid until", moment(challenge.expires, { timeZone: zone() }))],
      agree: "Sign in",
      obstacle: endedObstacle,
    },
    identities,
    network,
  );
  if (identity === undefined) throw declined();
  const signature = await signerOf(identity, network).sign(utf8(request.challenge));
  await keep({ ...identity, usedAt: Date.now() });
  return { outcome: "signed-in", certificate: identity.certificate, signature: btoa(String.fromCharCode(...signature)) };
}

/** A ledger action that the person agreed to; whoever shows it decides when to run. */
export interface Agreed {
  readonly title: string;
  run(): Promise<SignerAnswer>;
}

/** @throws WintersealError ARGUMENT_INVALID, KEY_MISMATCH, SIGNER_DECLINED */
export async function agreeToAction(
  conversation: Conversation,
  request: TransactRequest,
  network: SignerNetwork,
  identities: readonly StoredIdentity[],
): Promise<Agreed> {
  const statement = parseStatement(request);
  const words: Words = {
    timeZone: zone(),
    organisation: (mspId) => network.organisations.find((organisation) => organisation.mspId === mspId)?.name ?? mspId,
  };
  const { title, meaning, fields } = describe(request.function, statement, words);
  const ends = await identityEnd(request, statement);
  const access = accessObstacle(network, request.function);
  const identity = await ask(
    {
      title: `${title}?`,
      lead: meaning,
      fields: [
        ...fields.map(({ label, value, note, isCode }) =>
          row(label, value, { ...(note === undefined ? {} : { note }), isCode: isCode === true }),
        ),
        ...(ends === undefined ? [] : [row("Identity ends", moment(ends, words), { note: instant(ends) })]),
        row("Asked by", conversation.website),
      ],
      agree: "Sign and send",
      obstacle: (candidate) => endedObstacle(candidate) ?? access(candidate),
    },
    identities,
    network,
  );
  if (identity === undefined) throw declined();
  await keep({ ...identity, usedAt: Date.now() });
  return { title, run: () => act(conversation, request, statement, identity, network) };
}

/** @throws WintersealError SIGNER_DECLINED */
export async function agreeToRead(
  conversation: Conversation,
  { questions }: ReadRequest,
  network: SignerNetwork,
  identities: readonly StoredIdentity[],
): Promise<Agreed> {
  const access = accessObstacle(network, "attest:Read");
  const identity = await ask(
    {
      title: "Read, attested?",
      lead: "Two organisations sign what their ledger holds now, for an evidence file. Your name stands in the file as the one who asked. Nothing is recorded.",
      fields: [
        ...questions.map((question) =>
          question.kind === "shipment"
            ? row("Shipment", question.shipment, { isCode: true })
            : row("Batch", `${question.sensor} ${question.sequence}`, { isCode: true }),
        ),
        row("Asked by", conversation.website),
      ],
      agree: "Sign and read",
      obstacle: (candidate) => endedObstacle(candidate) ?? access(candidate),
    },
    identities,
    network,
  );
  if (identity === undefined) throw declined();
  await keep({ ...identity, usedAt: Date.now() });
  return {
    title: "Read, attested",
    run: async () => {
      showSteps("Reading", ["Answered by distinct organisations and checked here"]);
      const parts = { signer: signerOf(identity, network), link: httpsLink({ relay: "/relay" }), crypto: webCrypto(), now: Date.now };
      return { outcome: "read", reads: await attest(parts, settingsOf(network), questions) };
    },
  };
}

function parseStatement(request: TransactRequest): Statement<StatementName> {
  const parsed = statements[request.function].safeParse(request.statement);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new WintersealError("ARGUMENT_INVALID", `${issue?.path.join(".") ?? "statement"}: ${issue?.message ?? "malformed"}`);
  }
  return parsed.data;
}

/** When the sensor's identity would end; asked before the person reads, so that nothing is recorded for which no identity can be issued. */
async function identityEnd({ csr }: TransactRequest, statement: Statement<StatementName>): Promise<number | undefined> {
  if (csr === undefined) return undefined;
  if (!("thumbprint" in statement)) throw new WintersealError("ARGUMENT_INVALID", "a certificate request belongs to a sensor");
  if (requestThumbprint(csr) !== statement.thumbprint) {
    throw new WintersealError("KEY_MISMATCH", "the certificate request is for another key than the statement");
  }
  return checkSensorRequest("/ca", csr, statement);
}

const STEPS = ["Endorsed by distinct organisations and checked here", "Sent; waiting for the relay to report the commit"];

async function act(
  conversation: Conversation,
  request: TransactRequest,
  statement: Statement<StatementName>,
  identity: StoredIdentity,
  network: SignerNetwork,
): Promise<SignerAnswer> {
  const next = showSteps("Signing", request.csr === undefined ? STEPS : [...STEPS, "Identity issued for the sensor’s key"]);
  let isSending = false;
  const parts = { signer: signerOf(identity, network), link: httpsLink({ relay: "/relay" }), crypto: webCrypto(), now: Date.now };
  try {
    const transacted = await transact(parts, settingsOf(network), request.function, statement, () => {
      isSending = true;
      conversation.sending();
      next();
    });
    next();
    return await withIdentity(transacted, request.csr);
  } catch (cause) {
    const { code, message, facts } = asError(cause);
    if (!isSending || code === "COMMIT_INVALID") return { outcome: "not-sent", code, message };
    const transactionId = typeof facts.transactionId === "string" ? { transactionId: facts.transactionId } : {};
    return { outcome: "unknown", code, message, ...transactionId };
  }
}

async function withIdentity({ transactionId, block, signedProposal }: Transacted, csr: string | undefined): Promise<SignerAnswer> {
  const sent = { outcome: "sent", transactionId, block } as const;
  if (csr === undefined) return sent;
  try {
    return { ...sent, identity: await patiently(() => requestSensorIdentity("/ca", csr, signedProposal)) };
  } catch (cause) {
    return { ...sent, identityRefused: { code: asError(cause).code, message: wordsOf(cause) } };
  }
}

const PAUSES_MS = [500, 2_000, 5_000];

/** The authority gives the same answer to the same approval, so asking again does no harm. */
async function patiently(work: () => Promise<IssuedIdentity>): Promise<IssuedIdentity> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (cause) {
      if (asError(cause).code !== "UNAVAILABLE") throw cause;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return await work();
}
