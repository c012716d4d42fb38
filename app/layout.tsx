import type { Metadata, Viewport } from "next";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { currentViewer } from "@/app/auth/session";
import { ReaderProvider } from "@/components/format/reader";
import { reader } from "@/components/format/server";
import { Frame, OpenFrame } from "@/components/frame/frame";
import { HaltNotice } from "@/components/frame/halt-notice";
import { LiveProvider } from "@/components/live/provider";
import { SignerProvider } from "@/components/signer/provider";
import { SignOut } from "@/components/signer/sign-out";
import { organisationName, signerOf } from "@/lib/access/organisations";
import type { Viewer } from "@/lib/access/viewer";
import { database } from "@/lib/store/db";
import { countOpenExcursions } from "@/lib/store/excursions";
import { countUnread } from "@/lib/store/notifications";
import { renderedAt } from "./viewer";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Winterseal", template: "%s · Winterseal" },
  description: "Proof that goods stayed cold: sensors sign their own readings, a ledger decides, anyone can check.",
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f9fb" },
    { media: "(prefers-color-scheme: dark)", color: "#0a1015" },
  ],
};

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const [preferences, viewer] = await Promise.all([reader(), currentViewer()]);
  const theme = preferences.theme === "system" ? {} : { "data-theme": preferences.theme };
  return (
    // The theme switch changes data-theme in the browser before React takes over.
    <html lang="en" {...theme} suppressHydrationWarning>
      <body>
        <NuqsAdapter>
          <ReaderProvider value={preferences}>
            {viewer === null ? <OpenFrame>{children}</OpenFrame> : <SignedIn viewer={viewer}>{children}</SignedIn>}
          </ReaderProvider>
        </NuqsAdapter>
      </body>
    </html>
  );
}

async function SignedIn({ viewer, children }: { readonly viewer: Viewer; readonly children: ReactNode }) {
  const { pool } = database();
  const [record, open, unread] = await Promise.all([renderedAt(), countOpenExcursions(pool, viewer), countUnread(pool, viewer)]);
  const person = { name: viewer.name, organisation: organisationName(viewer.mspId), role: viewer.role };
  return (
    <LiveProvider>
      <SignerProvider origin={signerOf(viewer.mspId)}>
        <Frame person={person} open={open} unread={unread} signOut={<SignOut />}>
          <HaltNotice record={record} />
          {children}
        </Frame>
      </SignerProvider>
    </LiveProvider>
  );
}
