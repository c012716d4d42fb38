/** `gateway.Gateway` and `protos.Endorser` of one organisation on grpc-js. */
import { once } from "node:events";
import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import { common, type gateway, type peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import { BlockCursor } from "../deliver/block-cursor";
import type { ChannelMembers } from "../msp/channel";
import type { ChainStore } from "../store/chain-store";
import { RpcError, toServiceError } from "../wire/rpc-error";
import { type CommitWaiters, readStatusRequest, statusResponse } from "./commit-status";
import { type EndorseContext, endorse } from "./endorse";
import { evaluate } from "./evaluate";
import { eventMatcher, eventsOf, eventsResponse, eventsStart, readEventsRequest } from "./events";
import { type SubmitContext, submit } from "./submit";

/** Fabric's default `peer.limits.concurrency`, calls and streams alike. */
const MAX_GATEWAY_CALLS = 500;
const MAX_ENDORSER_CALLS = 2500;

export interface GatewayContext {
  readonly channel: string;
  readonly members: ChannelMembers;
  readonly store: ChainStore;
  readonly endorse: EndorseContext;
  readonly submit: SubmitContext;
  readonly waiters: CommitWaiters;
  /** Aborts when the ledger stops. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void;
type EventsStream = ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>;

/** Counts calls in progress; too many are refused before they cost anything. */
class Limit {
  readonly #service: string;
  readonly #most: number;
  #inProgress = 0;

  constructor(service: string, most: number) {
    this.#service = service;
    this.#most = most;
  }

  /** Returns how to leave. Throws as Fabric does, with a text and without a code of its own. */
  enter(): () => void {
    if (this.#inProgress >= this.#most) {
      throw new RpcError(status.UNKNOWN, `too many requests for /${this.#service}, exceeding concurrency limit (${this.#most})`);
    }
    this.#inProgress++;
    let left = false;
    return () => {
      if (!left) this.#inProgress--;
      left = true;
    };
  }
}

function unary<Request, Response>(
  limit: Limit,
  log: Logger,
  handle: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return (call, callback) => {
    const run = async () => {
      const leave = limit.enter();
      try {
        return await handle(call.request);
      } finally {
        leave();
      }
    };
    run().then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (!(error instanceof RpcError)) log.error({ err: error }, "call failed");
        callback(toServiceError(error));
      },
    );
  };
}

async function streamEvents(stream: EventsStream, context: GatewayContext): Promise<void> {
  const request = readEventsRequest(stream.request, context.channel, context.members);
  const matches = eventMatcher(request);
  const closed = new AbortController();
  for (const event of ["cancelled", "close"]) stream.on(event, () => closed.abort());
  const cursor = new BlockCursor(context.store, eventsStart(request, context.store), AbortSignal.any([closed.signal, context.stopping]));
  for (let block = await cursor.next(); block !== undefined; block = await cursor.next()) {
    const events = eventsOf(common.Block.deserializeBinary(block.bytes)).filter(matches);
    if (events.length === 0 || stream.write(eventsResponse(block.number, events))) continue;
    await once(stream, "drain", { signal: closed.signal }).catch((error: unknown) => {
      if (!closed.signal.aborted) throw error;
    });
  }
  if (context.stopping.aborted) throw new RpcError(status.UNAVAILABLE, "the ledger is stopping");
}

export function gatewayHandlers(context: GatewayContext) {
  const limit = new Limit("gateway.Gateway", MAX_GATEWAY_CALLS);
  const { log } = context;
  const commitStatus: Unary<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse> = (call, callback) => {
    let leave: () => void = () => undefined;
    try {
      leave = limit.enter();
      const id = readStatusRequest(call.request, context.channel, context.members);
      const stop = context.waiters.wait(id, (entry) => {
        leave();
        callback(null, statusResponse(entry));
      });
      call.on("cancelled", () => {
        stop();
        leave();
      });
    } catch (error) {
      leave();
      callback(toServiceError(error));
    }
  };
  return {
    endorse: unary(limit, log, (request: gateway.EndorseRequest) => endorse(context.endorse, request)),
    evaluate: unary(limit, log, (request: gateway.EvaluateRequest) => evaluate(context.endorse, request)),
    submit: unary(limit, log, (request: gateway.SubmitRequest) => submit(context.submit, request)),
    commitStatus,
    chaincodeEvents: (stream: EventsStream) => {
      const serve = async () => {
        const leave = limit.enter();
        await streamEvents(stream, context).finally(leave);
      };
      serve().catch((error: unknown) => {
        if (!(error instanceof RpcError)) log.warn({ reason: String(error) }, "event stream failed");
        stream.emit("error", toServiceError(error));
      });
    },
  };
}

/** A peer's own `ProcessProposal`, as clients use it for attested reads. */
export function endorserHandlers({ endorse: { endorsers, local }, log }: GatewayContext) {
  const limit = new Limit("protos.Endorser", MAX_ENDORSER_CALLS);
  return {
    processProposal: unary(limit, log, async (signed: peer.SignedProposal): Promise<peer.ProposalResponse> => {
      const outcome = await endorsers.process(local, endorsers.check(signed));
      if ("refusal" in outcome) throw new RpcError(status.UNKNOWN, outcome.refusal.message);
      return outcome.answer;
    }),
  };
}
