import { ListLoading } from "@/components/ui/list-loading";

export default function LedgerLoading() {
  return <ListLoading what="ledger" />;
}
