import { Bone, BoneRows, Loading } from "@/components/ui/skeleton";

export default function OverviewLoading() {
  return (
    <Loading what="what needs you">
      <div className="mb-8 grid gap-3">
        <Bone className="h-7 w-96 max-w-full" />
        <Bone className="h-4 w-56" />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <BoneRows rows={3} />
        <BoneRows rows={6} />
      </div>
    </Loading>
  );
}
