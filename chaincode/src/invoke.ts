/** One invocation: the contract's pure function between a peer's state and a peer's answer. */
import type { Context } from "fabric-contract-api";
import { execute } from "../../lib/contract/execute";
import { parseIdentity } from "../../lib/contract/identity";
import { formatContractError, WintersealError } from "../../lib/messages/errors";
import type { FunctionName } from "../../lib/messages/functions";

export type Invoke = (name: FunctionName, ctx: Context) => Promise<string>;

export interface InvokeOptions {
  /** How far a transaction's timestamp may be from this process's clock, ms. */
  readonly windowMs: number;
  /** Told of errors that no rule raised. */
  readonly onUnforeseen: (error: unknown, transactionId: string) => void;
}

/** fabric-contract-api would decode arguments as text, and batches are bytes; its types leave the raw ones out. */
type Stub = Context["stub"] & { getBufferArgs(): Uint8Array[] };

const utf8 = new TextDecoder();

async function run(name: FunctionName, stub: Stub, windowMs: number): Promise<string> {
  const { mspid, idBytes } = stub.getCreator();
  const call = {
    name,
    args: stub.getBufferArgs().slice(1),
    creator: parseIdentity(mspid, utf8.decode(idBytes)),
    transactionId: stub.getTxID(),
    timestamp: stub.getDateTimestamp().getTime(),
  };
  const view = { get: (key: string) => stub.getState(key) };
  const outcome = await execute(call, view, { now: Date.now(), windowMs });
  await Promise.all([...outcome.writes].map(([key, value]) => stub.putState(key, value)));
  await Promise.all([...outcome.policies].map(([key, policy]) => stub.setStateValidationParameter(key, policy)));
  if (outcome.event !== undefined) stub.setEvent(outcome.event.name, outcome.event.payload);
  return utf8.decode(outcome.result);
}

/**
 * An invoker answers with the result as canonical JSON text, which fabric-contract-api passes on as it is, and throws an Error whose
 * message carries the code (formatContractError).
 */
export const invoker =
  ({ windowMs, onUnforeseen }: InvokeOptions): Invoke =>
  async (name, { stub }) => {
    try {
      return await run(name, stub as Stub, windowMs);
    } catch (cause) {
      if (cause instanceof WintersealError) throw new Error(formatContractError(cause), { cause });
      onUnforeseen(cause, stub.getTxID());
      throw new Error(formatContractError(new WintersealError("INTERNAL")), { cause });
    }
  };
