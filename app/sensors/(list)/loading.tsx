import { ListLoading } from "@/components/ui/list-loading";

export default function SensorsLoading() {
  return <ListLoading what="sensors" />;
}
