import type { Metadata } from "next";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

export const metadata: Metadata = { title: "Not found" };

/** Also what somebody sees who may not see it: what is not yours does not exist for you. */
export default function NotFound() {
  return (
    <>
      <h1 className="mb-4">Nothing under this address</h1>
      <EmptyState
        title="Not found, or not yours to see"
        action={
          <ButtonLink href="/" look="primary">
            Overview
          </ButtonLink>
        }
      >
        The address may be mistyped, or it belongs to a shipment or sensor of which your organisation is no party.
      </EmptyState>
    </>
  );
}
