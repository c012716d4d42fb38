import { ListLoading } from "@/components/ui/list-loading";

export default function OperationsLoading() {
  return <ListLoading what="operations" />;
}
