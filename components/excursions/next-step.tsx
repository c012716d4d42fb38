import { Note } from "@/components/ui/note";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import { excursionName, isExcursionClosed } from "@/lib/domain/excursion";
import type { ExcursionDetail } from "@/lib/store/excursion-detail";
import { DecideForm } from "./decide-form";
import { AcknowledgeForm, NoteForm } from "./forms";

/** What can be done now, for whom; the contract decides, this only does not offer what it would refuse. */
export function NextStep({ excursion, viewer }: { readonly excursion: ExcursionDetail; readonly viewer: Viewer }) {
  const { shipment, sensor, rule, number, status, log, signer } = excursion;
  const form = { id: { shipment, sensor, rule, number }, name: excursionName(excursion) };
  if (isExcursionClosed(status)) return null;
  if (log.length === 0)
    return <Note kind="warning">This violation was found before the ledger knew excursions: no step can be recorded for it.</Note>;
  if (!mayCall(viewer, "excursion:Acknowledge"))
    return (
      <Note kind="info">
        Its steps are signed by people of {organisationName(excursion.shipper)} and {organisationName(excursion.recipient)}; the ledger
        refuses anyone else’s.
      </Note>
    );
  if (status === "open") return <AcknowledgeForm {...form} />;
  return (
    <>
      <NoteForm {...form} first={status === "acknowledged"} />
      {status === "investigating" && <Decision excursion={excursion} viewer={viewer} form={form} signer={signer} />}
    </>
  );
}

interface DecisionProps {
  readonly excursion: ExcursionDetail;
  readonly viewer: Viewer;
  readonly form: React.ComponentProps<typeof AcknowledgeForm>;
  readonly signer: ExcursionDetail["signer"];
}

function Decision({ excursion, viewer, form, signer }: DecisionProps) {
  if (!mayCall(viewer, "excursion:Decide") || signer === null)
    return (
      <Note kind="info">
        {organisationName(excursion.shipper)} answers for the goods: its people release or reject them, with an electronic signature.
      </Note>
    );
  const lasts = excursion.to === null && excursion.rides;
  return (
    <DecideForm
      {...form}
      log={excursion.log}
      signer={signer}
      organisation={organisationName(viewer.mspId)}
      obstacle={lasts ? "It still lasts: a decision waits until the goods are back in range, or the ride ends." : null}
    />
  );
}
