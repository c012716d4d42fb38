import { ListLoading } from "@/components/ui/list-loading";

export default function ShipmentsLoading() {
  return <ListLoading what="shipments" />;
}
