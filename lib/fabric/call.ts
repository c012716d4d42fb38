import { Metadata } from "@grpc/grpc-js";
import type { Peer } from "./connection";

const identity = (bytes: Buffer) => bytes;

export interface CallOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One unary call with bytes in and bytes out. The relay's messages are the device's own bytes in a thin frame: decoding and encoding
 * them through generated classes would cost more than everything else it does.
 * @throws ServiceError of grpc-js
 */
export function call(peer: Peer, method: string, request: Uint8Array, { deadlineMs, signal }: CallOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const active = peer.client.makeUnaryRequest(
      method,
      identity,
      identity,
      body,
      new Metadata(),
      { deadline: Date.now() + deadlineMs },
      (error, response) => {
        signal?.removeEventListener("abort", cancel);
        if (error) reject(error);
        else if (response === undefined) reject(new Error(`${method} answered nothing`));
        else resolve(response);
      },
    );
    const cancel = () => active.cancel();
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
  });
}

export const METHODS = {
  endorse: "/gateway.Gateway/Endorse",
  submit: "/gateway.Gateway/Submit",
  commitStatus: "/gateway.Gateway/CommitStatus",
  processProposal: "/protos.Endorser/ProcessProposal",
  deliver: "/protos.Deliver/Deliver",
  deliverFiltered: "/protos.Deliver/DeliverFiltered",
} as const;
