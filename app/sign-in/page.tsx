import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentViewer } from "@/app/auth/session";
import { SignIn, type SignInChoice } from "@/components/signer/sign-in";
import { EmptyState } from "@/components/ui/empty-state";
import { organisations } from "@/lib/access/organisations";
import { type OrganisationKind, organisationKind } from "@/lib/messages/names";
import { pathOf } from "./path";

export const metadata: Metadata = { title: "Sign in" };

const KINDS: Readonly<Record<OrganisationKind, string>> = {
  authority: "Calibrates and registers sensors",
  shipper: "Sends shipments",
  recipient: "Receives and inspects",
  operator: "Runs this website",
};

export default async function SignInPage({ searchParams }: { readonly searchParams: Promise<{ readonly to?: string | string[] }> }) {
  const [viewer, { to }] = await Promise.all([currentViewer(), searchParams]);
  if (viewer !== null) redirect(pathOf(to));
  const choices = organisations().flatMap(({ name, mspId, signer }): SignInChoice[] =>
    signer === undefined ? [] : [{ name, signer, kind: KINDS[organisationKind(mspId) ?? "operator"] }],
  );
  return (
    <div className="mx-auto max-w-120 pt-4 desk:pt-16">
      <h1>Sign in with your own key</h1>
      <p className="mt-2 mb-6 text-pretty text-hand text-second leading-(--lead-4)">
        Choose your organisation. Its signer opens in a window of its own, where your key answers for you.
      </p>
      {choices.length === 0 ? (
        <EmptyState title="No organisation has a signer here">
          The network file of this website names no signer. Whoever runs it adds the address of each organisation’s signer to network.json.
        </EmptyState>
      ) : (
        <SignIn choices={choices} to={pathOf(to)} />
      )}
      <p className="mt-6 text-pretty text-quiet text-small">
        There is no password, and this website never holds your key. For the first time in a browser you need a one-time code; your
        organisation gives it to you, not this website.
      </p>
    </div>
  );
}
