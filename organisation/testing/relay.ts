/** A relay for tests: endorses every proposal with the peers' real keys and commits it, or is unwell in one of several ways. */
import type { IncomingMessage, RequestListener } from "node:http";
import { join } from "node:path";
import { decodeFrom, encodeTo, type FromMessage, type ToBody } from "../../device/ts/link-messages";
import { loadSigner } from "../../device/ts/signer-node";
import { endorsedPayload, endorsement, openProposal } from "../../device/ts/testing/endorse";
import { canonicalBytes } from "../../lib/domain/canonical-json";
import type { ErrorCode } from "../../lib/messages/errors";
import { ATTESTED_READ_DOMAIN } from "../../lib/messages/functions";
import { FROM_TYPES, type Stage, TO_TYPES } from "../../lib/messages/link";
import type { TestOrganisation } from "./organisation";

/** `lies`: the endorsed result is another function's. `silent-after-sending`: takes the transaction and never says what became of it. */
export type Mood = "well" | "refuses" | "lies" | "silent-after-sending" | "gone";

export interface Committed {
  readonly function: string;
  readonly statement: unknown;
}

const refused = (code: ErrorCode, stage: Stage): ToBody => ({
  type: TO_TYPES.refused,
  code,
  stage,
  message: "",
  retryAfter: 0,
  transactionId: new Uint8Array(),
});

/** @param committed receives what was committed */
export function relayListener(organisations: readonly TestOrganisation[], mood: () => Mood, committed: Committed[]): RequestListener {
  let waiting: (Committed & { readonly transactionId: string }) | undefined;

  const endorse = async (signedProposal: Uint8Array): Promise<ToBody> => {
    if (mood() === "refuses") return refused("SENSOR_BUSY", "endorse");
    const opened = openProposal(signedProposal);
    const [name = "", statement = "null"] = opened.args.map((argument) => Buffer.from(argument).toString("utf8"));
    waiting = { function: name, statement: JSON.parse(statement), transactionId: opened.transactionId };
    const result = canonicalBytes({ result: "recorded", function: mood() === "lies" ? "shipment:Decide" : name });
    const payload = endorsedPayload(opened.hash, { result });
    return { type: TO_TYPES.endorsed, payload, endorsements: await Promise.all(organisations.map((each) => endorseAs(each, payload))) };
  };

  /** Sensors as the committed statements left them. */
  const read = async (signedProposal: Uint8Array): Promise<ToBody> => {
    const opened = openProposal(signedProposal);
    const [, question = "", nonce = ""] = opened.args.map((argument) => Buffer.from(argument).toString("utf8"));
    const { sensor } = JSON.parse(question);
    const last = committed.findLast(({ statement }) => (statement as { sensor?: unknown } | null)?.sensor === sensor);
    const { thumbprint = "" } = (last?.statement ?? {}) as { thumbprint?: string };
    const known = { sensor, status: "active", thumbprint, doubtfulSince: null, sequence: 0, hash: "" };
    const result = { domain: ATTESTED_READ_DOMAIN, question: JSON.parse(question), nonce, answer: last === undefined ? null : known };
    const payload = endorsedPayload(opened.hash, { result: canonicalBytes(result) });
    return { type: TO_TYPES.answer, payload, endorsements: await Promise.all(organisations.map((each) => endorseAs(each, payload))) };
  };

  const answer = (message: FromMessage): Promise<ToBody> | ToBody => {
    if (message.type === FROM_TYPES.proposal) return endorse(message.signedProposal);
    if (message.type === FROM_TYPES.read) return read(message.signedProposal);
    if (mood() === "silent-after-sending" || waiting === undefined) return refused("DEADLINE", "commit");
    const { transactionId, ...transaction } = waiting;
    committed.push(transaction);
    return { type: TO_TYPES.committed, transactionId: new Uint8Array(Buffer.from(transactionId, "hex")), block: 42, validationCode: 0 };
  };

  return (request, response) => {
    const work = async () => {
      if (mood() === "gone") throw new TypeError("gone");
      const message = decodeFrom((request.url ?? "").split("/").at(-1) ?? "", new Uint8Array(await bodyOf(request)));
      const body = await answer(message);
      response.writeHead(200, { "content-type": "application/octet-stream", "winterseal-type": body.type });
      response.end(encodeTo({ ...body, request: message.request }));
    };
    work().catch(() => response.destroy());
  };
}

async function endorseAs({ ca, dir }: TestOrganisation, payload: Uint8Array): Promise<Uint8Array> {
  const signer = await loadSigner(ca.profile.mspId, join(dir, "peer"));
  return endorsement({ mspId: signer.mspId, certificate: signer.certificate, signer }, payload);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
