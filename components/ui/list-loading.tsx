import { Bone, BoneRows, Loading } from "./skeleton";

/** The shape of a page that is a head, filters and one list. */
export function ListLoading({ what, rows = 8 }: { readonly what: string; readonly rows?: number }) {
  return (
    <Loading what={what}>
      <div className="mb-6 grid gap-3">
        <Bone className="h-7 w-80 max-w-full" />
        <Bone className="h-4 w-48" />
      </div>
      <Bone className="mb-4 h-9 w-72 max-w-full rounded-control" />
      <BoneRows rows={rows} />
    </Loading>
  );
}
