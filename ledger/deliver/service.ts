/** `protos.Deliver` on grpc-js. Blocks go out as the bytes that are stored: they are not parsed and written again per reader. */
import { once } from "node:events";
import type { MethodDefinition, ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { common, peer } from "@hyperledger/fabric-protos";
import type { Logger } from "pino";
import { toServiceError } from "../wire/rpc-error";
import { type DeliverContext, type DeliverKind, type DeliverSink, deliver, statusResponse } from "./deliver";

type RawMethod = MethodDefinition<common.Envelope, Uint8Array>;
type RawStream = ServerDuplexStream<common.Envelope, Uint8Array>;

function raw(method: MethodDefinition<common.Envelope, peer.DeliverResponse>): RawMethod {
  const bytes = (value: Uint8Array) => (Buffer.isBuffer(value) ? value : Buffer.from(value));
  return { ...method, responseSerialize: bytes, responseDeserialize: (value: Buffer) => value };
}

export const rawDeliverService: ServiceDefinition = {
  deliver: raw(peer.DeliverService.deliver),
  deliverFiltered: raw(peer.DeliverService.deliverFiltered),
  deliverWithPrivateData: raw(peer.DeliverService.deliverWithPrivateData),
};

function sinkOf(stream: RawStream): DeliverSink {
  const controller = new AbortController();
  stream.on("cancelled", () => controller.abort());
  stream.on("close", () => controller.abort());
  return {
    signal: controller.signal,
    async send(response) {
      if (controller.signal.aborted || stream.write(response)) return;
      await once(stream, "drain", { signal: controller.signal }).catch((error: unknown) => {
        if (!controller.signal.aborted) throw error;
      });
    },
  };
}

/** Serves one seek request after the other until one fails or the client has no more. */
function serve(stream: RawStream, kind: DeliverKind, context: DeliverContext, log: Logger): void {
  const sink = sinkOf(stream);
  const answer = async (envelope: common.Envelope) => {
    const code = await deliver(envelope, kind, context, sink);
    if (sink.signal.aborted) return;
    await sink.send(statusResponse(code));
    if (code === common.Status.SUCCESS) stream.resume();
    else stream.end();
  };
  stream.on("data", (envelope: common.Envelope) => {
    stream.pause();
    answer(envelope).catch((error: unknown) => {
      if (!stream.cancelled) log.warn({ reason: String(error) }, "block stream failed");
      stream.emit("error", toServiceError(error));
    });
  });
  stream.on("end", () => stream.end());
}

export function deliverHandlers(context: DeliverContext, log: Logger): UntypedServiceImplementation {
  const handler = (kind: DeliverKind) => (stream: RawStream) => serve(stream, kind, context, log);
  return {
    deliver: handler("block"),
    deliverFiltered: handler("filtered"),
    deliverWithPrivateData: handler("private"),
  };
}
