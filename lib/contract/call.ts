/** What every function's handler gets and gives. */
import { parseCanonicalJson } from "../domain/canonical-json";
import { WintersealError } from "../messages/errors";
import type { EventName, StatementResult } from "../messages/functions";
import { type Statement, type StatementName, statements } from "../messages/statements";
import type { Facts } from "./facts";
import type { Call } from "./types";
import type { World } from "./world";

export interface Handled {
  readonly result: object;
  readonly event?: { readonly name: EventName; readonly payload: object };
  readonly facts?: Facts;
}

export type Handler = (call: Call, world: World) => Promise<Handled>;
export type StatementHandler<N extends StatementName> = (
  statement: Statement<N>,
  call: Call,
  world: World,
) => Promise<Omit<Handled, "result">>;

export const refuse = (...args: ConstructorParameters<typeof WintersealError>): never => {
  throw new WintersealError(...args);
};

/** @throws WintersealError ARGUMENT_INVALID unless there are exactly so many arguments */
export function expectArguments(call: Call, count: number): void {
  if (call.args.length !== count) refuse("ARGUMENT_INVALID", `${call.name} takes ${count} arguments, not ${call.args.length}`);
}

/** @throws WintersealError ARGUMENT_INVALID unless the argument is canonical JSON */
export function parseCanonical(bytes: Uint8Array | undefined): unknown {
  try {
    return parseCanonicalJson(bytes ?? new Uint8Array());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new WintersealError("ARGUMENT_INVALID", `the argument is refused: ${cause.message}`, {}, { cause });
  }
}

/** Wraps a handler of one statement: parses by the shared schema, answers {@link StatementResult}. */
export function stating<N extends StatementName>(name: N, handler: StatementHandler<N>): Handler {
  return async (call, world) => {
    expectArguments(call, 1);
    const parsed = statements[name].safeParse(parseCanonical(call.args[0]));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refuse("ARGUMENT_INVALID", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`, {
        field: issue?.path.join(".") ?? "",
      });
    }
    const result: StatementResult = { result: "recorded", function: name };
    return { result, ...(await handler(parsed.data as Statement<N>, call, world)) };
  };
}
