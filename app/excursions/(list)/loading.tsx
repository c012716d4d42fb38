import { ListLoading } from "@/components/ui/list-loading";

export default function ExcursionsLoading() {
  return <ListLoading what="excursions" />;
}
