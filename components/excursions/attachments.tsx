"use client";

import { useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { State } from "@/components/ui/state";
import type { Attachment } from "@/lib/store/excursion-detail";
import { sha256Hex, sizeWords } from "./hash";

type Checked =
  | { readonly phase: "idle" | "loading" }
  | { readonly phase: "fits" }
  | { readonly phase: "differs"; readonly hash: string }
  | { readonly phase: "failed"; readonly message: string };

/** Files that a note names. Each is hashed again in the reader's browser before it is saved: a file that was changed on the site is not. */
export function AttachmentList({ attachments, excursion }: { readonly attachments: readonly Attachment[]; readonly excursion: string }) {
  return (
    <ul className="mt-2 grid gap-2">
      {attachments.map((it) => (
        <AttachmentRow key={it.hash} attachment={it} address={`/api/excursions/${excursion}/files/${it.hash}`} />
      ))}
    </ul>
  );
}

function AttachmentRow({ attachment, address }: { readonly attachment: Attachment; readonly address: string }) {
  const { name, size, hash, kept } = attachment;
  const [checked, setChecked] = useState<Checked>({ phase: "idle" });
  const download = async () => {
    setChecked({ phase: "loading" });
    setChecked(await fetchChecked(address, attachment));
  };
  return (
    <li className="rounded-control border border-line bg-sunken px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Icon name="file" className="size-4 text-quiet" />
        <b className="wrap-anywhere">{name}</b>
        <span className="text-quiet">
          {sizeWords(size)}, <span className="mono">{shortHash(hash)}</span>
        </span>
        {kept ? (
          <Button icon="download" className="ml-auto" onClick={() => void download()} disabled={checked.phase === "loading"}>
            Check and save<span className="sr"> {name}</span>
          </Button>
        ) : (
          <State kind="unknown">not kept by this site</State>
        )}
      </div>
      <Outcome checked={checked} expected={hash} />
    </li>
  );
}

function Outcome({ checked, expected }: { readonly checked: Checked; readonly expected: string }) {
  return (
    <p role="status" className="empty:hidden">
      {checked.phase === "fits" && <State kind="kept">Saved: it is the file whose hash was signed</State>}
      {checked.phase === "differs" && (
        <State kind="violation" wrap>
          Not saved: this is not the file whose hash was signed. The ledger says <span className="mono">{shortHash(expected)}</span>, what
          came is <span className="mono">{shortHash(checked.hash)}</span>.
        </State>
      )}
      {checked.phase === "failed" && (
        <State kind="warning" wrap>
          {checked.message}
        </State>
      )}
    </p>
  );
}

async function fetchChecked(address: string, { hash, name, type }: Attachment): Promise<Checked> {
  try {
    const response = await fetch(address, { cache: "no-store" });
    if (!response.ok) return { phase: "failed", message: "The site does not give the file out now. Nothing was saved." };
    const bytes = await response.arrayBuffer();
    const actual = await sha256Hex(bytes);
    if (actual !== hash) return { phase: "differs", hash: actual };
    save(new Blob([bytes], { type }), name);
    return { phase: "fits" };
  } catch (error) {
    // fetch fails with a TypeError, and so does hashing where the browser does not.
    if (error instanceof TypeError) return { phase: "failed", message: `${error.message} Nothing was saved.` };
    throw error;
  }
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
