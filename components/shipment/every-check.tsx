import { Card } from "@/components/ui/card";
import { State } from "@/components/ui/state";
import type { Reading } from "@/components/verdict/kept-words";
import { CHECK_NAMES, checkKind } from "@/components/verdict/trust-words";
import type { Trust } from "@/lib/domain/verdict";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import { checkSentences, type Names } from "./check-words";

interface EveryCheckProps {
  readonly detail: ShipmentDetail;
  readonly trust: Trust;
  readonly reader: Reading;
  readonly names: Names;
}

/** Each check of the second half in sentences. */
export function EveryCheck({ detail, trust, reader, names }: EveryCheckProps) {
  return (
    <Card id="every-check" aria-labelledby="every-title" role="region" className="scroll-mt-16 p-4 desk:px-6 desk:py-5">
      <h2 id="every-title">Every check</h2>
      <dl className="mt-2 text-small">
        {trust.checks.map((it) => (
          <div
            key={it.name}
            className="grid gap-x-4 gap-y-1 border-line border-t py-3 first:border-t-0 last:pb-0 desk:grid-cols-[8.25rem_minmax(0,1fr)] desk:py-2"
          >
            <dt>
              <State kind={checkKind(it, trust)}>{CHECK_NAMES[it.name]}</State>
            </dt>
            <dd className="text-pretty text-second">
              {checkSentences(it.name, detail, trust, reader, names).map((sentence) => (
                <p key={sentence}>{sentence}</p>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
