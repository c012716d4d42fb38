import { Bone, Loading } from "@/components/ui/skeleton";

/** The drawing's shape while its code or its readings are still to come: same heights, so that nothing moves when they do. */
export function TripBones({ lanes }: { readonly lanes: number }) {
  return (
    <Loading what="the chart">
      <div className="grid gap-3 pt-8">
        <Bone className="h-[210px] desk:ml-39 desk:h-64" />
        <Bone className="mt-4 h-18 desk:ml-39 desk:h-21" />
        <div className="h-4" />
        {Array.from({ length: lanes }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
          <Bone key={i} className="h-9 desk:ml-39 desk:h-5" />
        ))}
      </div>
    </Loading>
  );
}
