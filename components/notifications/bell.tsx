"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { usePacedRefresh } from "@/components/live/paced";
import { useLiveNotices } from "@/components/live/provider";
import { Icon } from "@/components/ui/icon";

/** The way to what the reader was told, with how much of it is new. Moves with the stream: a page need not be loaded again. */
export function Bell({ unread, compact = false }: { readonly unread: number; readonly compact?: boolean }) {
  const refresh = usePacedRefresh();
  const path = usePathname();
  useLiveNotices((notice, missed) => {
    if (missed || notice.inbox) refresh();
  });
  const count = unread > 99 ? "99+" : String(unread);
  return (
    <Link
      href="/notifications"
      aria-current={path === "/notifications" ? "page" : undefined}
      aria-label={unread === 0 ? "Notifications, nothing new" : `Notifications, ${unread} new`}
      title="Notifications"
      className={`relative inline-flex items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-ink hover:no-underline aria-[current]:bg-here aria-[current]:text-ink ${compact ? "size-11" : "size-8"}`}
    >
      <Icon name="bell" />
      {unread > 0 && (
        <span
          aria-hidden="true"
          className="num absolute top-0 left-[55%] min-w-4 rounded-full bg-accent px-1 text-center font-strong text-[0.6875rem] text-on-accent leading-4"
        >
          {count}
        </span>
      )}
    </Link>
  );
}
