import Link from "next/link";
import type { ReactNode } from "react";
import { Bell } from "@/components/notifications/bell";
import { Icon } from "@/components/ui/icon";
import { BackLink } from "./back-link";
import { LiveLine } from "./live-line";
import { SideNav, TabBar } from "./nav";
import { PersonButton, PersonMenu } from "./person";
import { ThemeSwitch } from "./theme-switch";

const MENU = "person-menu";

interface FrameProps {
  readonly person: { readonly name: string; readonly organisation: string; readonly role: string };
  readonly open: number;
  /** Notifications that the person has not read. */
  readonly unread: number;
  readonly signOut: ReactNode;
  readonly children: ReactNode;
}

function Brand() {
  return (
    <Link
      href="/"
      className="inline-flex items-center gap-2 px-2 font-title text-hand text-ink tracking-[-0.015em] hover:text-ink hover:no-underline"
    >
      <Icon name="mark" className="size-6 text-accent" />
      Winterseal
    </Link>
  );
}

function SkipLink() {
  return (
    <a href="#content" className="absolute -top-16 left-4 z-20 rounded-control bg-raised px-4 py-2 shadow-raised focus:top-3">
      Skip to the page
    </a>
  );
}

/** What every page of a signed-in person stands in: sidebar at a desk, top bar and tabs in the hand. */
export function Frame({ person, open, unread, signOut, children }: FrameProps) {
  return (
    <div className="app grid min-h-screen grid-cols-[minmax(0,1fr)] content-start pb-17 desk:grid-cols-[13.5rem_minmax(0,1fr)] desk:content-stretch desk:pb-0">
      <SkipLink />
      <aside
        aria-label="Winterseal"
        className="no-print sticky top-0 flex h-screen flex-col gap-6 border-line border-r px-3 pt-5 pb-4 max-desk:hidden"
      >
        <Brand />
        <SideNav open={open} />
        <div className="mt-auto grid grid-cols-[minmax(0,1fr)] gap-3">
          <LiveLine />
          <div className="flex items-center gap-1 border-line border-t pt-2">
            <PersonButton {...person} menu={MENU} />
            <Bell unread={unread} />
            <ThemeSwitch />
          </div>
        </div>
      </aside>
      <header className="no-print sticky top-0 z-10 flex min-h-13 items-center gap-1 border-line border-b bg-canvas px-2 desk:hidden">
        <BackLink />
        <Brand />
        <div className="ml-auto flex min-w-0 items-center">
          <LiveLine short />
          <Bell unread={unread} compact />
          <ThemeSwitch />
          <PersonButton {...person} menu={MENU} compact />
        </div>
      </header>
      <main id="content" className="min-w-0 px-4 pt-4 pb-8 desk:px-8 desk:pt-6 desk:pb-12">
        <div className="mx-auto max-w-300">{children}</div>
      </main>
      <TabBar open={open} />
      <PersonMenu id={MENU} {...person} signOut={signOut} />
    </div>
  );
}

/** Without a person: sign-in and pages that need no account. */
export function OpenFrame({ children }: { readonly children: ReactNode }) {
  return (
    <div className="app min-h-screen">
      <SkipLink />
      <header className="no-print flex min-h-13 items-center justify-between px-2 desk:px-6 desk:pt-3">
        <Brand />
        <ThemeSwitch />
      </header>
      <main id="content" className="px-4 pt-4 pb-8 desk:px-8">
        <div className="mx-auto max-w-300">{children}</div>
      </main>
    </div>
  );
}
