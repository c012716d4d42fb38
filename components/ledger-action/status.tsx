import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { Note } from "@/components/ui/note";
import { State } from "@/components/ui/state";
import type { ActionState } from "./use-ledger-action";

/** What is known about an action, in one line: signing, sent, recorded, not sent, or unknown and still to be settled. */
export function ActionStatus({ state, done }: { readonly state: ActionState; readonly done?: string }) {
  switch (state.phase) {
    case "idle":
      return null;
    case "signing":
      return (
        <p role="status" className="text-second text-small">
          The signer of your organisation is open in its own window. It shows what you sign; nothing is sent before you agree there.
        </p>
      );
    case "waiting":
      return (
        <p role="status" className="text-second text-small">
          Sent. Waiting until the ledger’s block is here …
        </p>
      );
    case "done":
      return (
        <p role="status" className="text-small">
          <State kind="kept">{done ?? "Recorded"}</State>{" "}
          <Link prefetch={false} href={`/ledger/${state.transactionId}`} className="num ml-1">
            block {formatCount(state.block)}
          </Link>
        </p>
      );
    case "not-sent":
      return (
        <Note kind="violation" role="alert">
          <b>Not sent.</b> {state.message} <span className="mono">{state.code}</span>. Nothing was recorded and nothing you typed is lost.
        </Note>
      );
    case "invalid":
      return (
        <Note kind="violation" role="alert">
          <b>Not recorded.</b> The ledger found the transaction invalid at commit (<span className="mono">code {state.validationCode}</span>
          ), so it changed nothing. Try again;{" "}
          <Link prefetch={false} href={`/ledger/${state.transactionId}`}>
            its confirmation
          </Link>{" "}
          stays readable.
        </Note>
      );
    case "unknown":
      return (
        <Note kind="warning" role="alert">
          <b>Sent, and not confirmed yet.</b> It may still be recorded. This settles itself: look here again before you send the same once
          more.
          {state.transactionId !== null && (
            <>
              {" "}
              <Link prefetch={false} href={`/ledger/${state.transactionId}`}>
                Ask for the transaction
              </Link>
              .
            </>
          )}
        </Note>
      );
  }
}
