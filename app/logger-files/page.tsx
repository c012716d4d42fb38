import type { Metadata } from "next";
import { DryRunForm } from "@/components/dry-run/form";
import { PageHead } from "@/components/ui/page";
import { pageViewer } from "../viewer";

export const metadata: Metadata = { title: "Check a logger’s file" };

/** A logger's file against a profile's rules, without recording anything. */
export default async function CheckPage() {
  await pageViewer("/logger-files");
  return (
    <>
      <PageHead
        crumbs={[{ label: "Shipments", href: "/shipments" }]}
        here="Check a file"
        title="Check a logger’s file"
        lead="What the rules of a profile would have found in it. Nothing is recorded."
      />
      <DryRunForm />
    </>
  );
}
