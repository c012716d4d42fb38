"use client";

import { useRef, useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import { Button, IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { ATTACHMENT_TYPES, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, sniffAttachment } from "@/lib/messages/attachments";
import type { AttachmentStatement } from "@/lib/messages/statements";
import { sha256Hex, sizeWords } from "./hash";

interface AttachFilesProps {
  readonly excursion: string;
  readonly files: readonly AttachmentStatement[];
  readonly onChange: (files: readonly AttachmentStatement[]) => void;
}

/** A file's name as a statement may hold it: what cannot be shown is left out, and what is too long is cut. */
const shownName = (name: string): string =>
  Array.from(name.normalize("NFC"))
    .filter((letter) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(letter))
    .join("")
    .trim()
    .slice(0, 80)
    .trim() || "file";

/** Files for a note: each is hashed here and kept by the site before anything is signed, so that what is signed can be given out again. */
export function AttachFiles({ excursion, files, onChange }: AttachFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);

  const add = async (chosen: readonly File[]) => {
    setBusy(true);
    const added: AttachmentStatement[] = [...files];
    const refused: string[] = [];
    for (const file of chosen) {
      const result =
        added.length >= MAX_ATTACHMENTS ? `${file.name}: at most ${MAX_ATTACHMENTS} files go with one note` : await keep(file, excursion);
      if (typeof result === "string") refused.push(result);
      else if (added.some(({ hash }) => hash === result.hash)) refused.push(`${file.name}: the same file is attached already`);
      else added.push(result);
    }
    onChange(added);
    setProblems(refused);
    setBusy(false);
    if (input.current) input.current.value = "";
  };

  return (
    <div className="grid gap-2">
      <ul className="grid gap-2 empty:hidden" aria-label="Attached files">
        {files.map(({ name, size, hash }) => (
          <li key={hash} className="flex items-center gap-3 rounded-control border border-line bg-sunken py-1 pr-1 pl-3 text-small">
            <Icon name="file" className="size-4 text-quiet" />
            <span className="min-w-0 wrap-anywhere">
              <b>{name}</b> <span className="text-quiet">{sizeWords(size)}</span>
              <span className="mono block text-quiet">{shortHash(hash)}</span>
            </span>
            <IconButton
              icon="cross"
              label={`Take ${name} off`}
              className="ml-auto"
              onClick={() => onChange(files.filter((it) => it.hash !== hash))}
            />
          </li>
        ))}
      </ul>
      <input
        ref={input}
        type="file"
        multiple
        accept={ATTACHMENT_TYPES.join(",")}
        className="sr"
        tabIndex={-1}
        aria-label="Files to attach"
        onChange={(event) => void add([...(event.target.files ?? [])])}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button icon="upload" onClick={() => input.current?.click()} disabled={busy}>
          {busy ? "Hashing and keeping …" : "Attach files"}
        </Button>
        <span className="text-quiet text-small">
          PDF, JPEG, PNG or text, {sizeWords(MAX_ATTACHMENT_BYTES)} each. The ledger gets the hash, this site keeps the file.
        </span>
      </div>
      <div role="alert" className="empty:hidden">
        {problems.map((problem) => (
          <p key={problem} className="flex items-start gap-1.5 text-small text-violation">
            <Icon name="violation" className="mt-0.5 size-4" />
            {problem}
          </p>
        ))}
      </div>
    </div>
  );
}

/** Hashes the file here, hands it to the site, and takes the site's word for nothing: both hashes must be one. @returns why not, in words */
async function keep(file: File, excursion: string): Promise<AttachmentStatement | string> {
  if (file.size > MAX_ATTACHMENT_BYTES) return `${file.name}: larger than ${sizeWords(MAX_ATTACHMENT_BYTES)}`;
  try {
    const bytes = await file.arrayBuffer();
    const type = sniffAttachment(new Uint8Array(bytes), file.name);
    if (type === undefined) return `${file.name}: neither PDF, JPEG, PNG nor plain text`;
    const hash = await sha256Hex(bytes);
    const response = await fetch(`/api/excursions/${excursion}/files?name=${encodeURIComponent(shownName(file.name))}`, {
      method: "POST",
      body: bytes,
    });
    const answer = (await response.json()) as { hash?: string; message?: string };
    if (!response.ok) return `${file.name}: ${answer.message ?? "the site did not take it"}`;
    if (answer.hash !== hash) return `${file.name}: it changed on its way to the site; attach it again`;
    return { name: shownName(file.name), type, size: file.size, hash };
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return `${file.name}: not sent. ${error.message}`;
    throw error;
  }
}
