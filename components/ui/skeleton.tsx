import { Card } from "./card";

/** One bone of a page's shape. Width and height come as class names. */
export function Bone({ className = "" }: { readonly className?: string }) {
  return <div className={`animate-breathe rounded-small bg-line motion-reduce:animate-none ${className}`} />;
}

/** Says to screen readers what sighted readers see by the shape. */
export function Loading({ what, children }: { readonly what: string; readonly children: React.ReactNode }) {
  return (
    <div role="status" aria-label={`Loading ${what}`}>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

/** Rows of a list or table that is still to come. */
export function BoneRows({ rows }: { readonly rows: number }) {
  return (
    <Card>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={index} className="flex items-center gap-4 border-line border-t px-5 py-4 first:border-t-0">
          <Bone className="size-9 rounded-control" />
          <div className="grid flex-1 gap-2">
            <Bone className="h-3.5 w-2/5" />
            <Bone className="h-3 w-3/5" />
          </div>
          <Bone className="h-8 w-24 max-desk:hidden" />
        </div>
      ))}
    </Card>
  );
}
