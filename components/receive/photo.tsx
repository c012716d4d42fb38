"use client";

import { useEffect, useRef, useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import { useReader } from "@/components/format/reader";
import { clock, zoneName } from "@/components/format/time";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

interface PhotoProps {
  /** SHA-256, hex. */
  readonly hash: string | null;
  readonly onChange: (hash: string | null) => void;
}

interface Shot {
  readonly url: string;
  readonly at: number;
}

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A photo of the seal: hashed here, in the browser. Only the hash is signed; the picture does not leave this device yet. */
export function Photo({ hash, onChange }: PhotoProps) {
  const { zone } = useReader();
  const input = useRef<HTMLInputElement>(null);
  const [shot, setShot] = useState<Shot | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const url = shot?.url;
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);

  const take = async (file: File | undefined) => {
    if (!file) return;
    // Browsers hash only on secure pages: https, or this machine itself.
    if (!globalThis.isSecureContext) return setProblem("This page is not served over HTTPS, so the browser cannot hash a photo.");
    onChange(await sha256(file));
    setShot({ url: URL.createObjectURL(file), at: file.lastModified });
    setProblem(null);
  };
  const taken = hash !== null && shot !== null;
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-4 border-line border-t pt-4 desk:grid-cols-[6.5rem_minmax(0,1fr)_auto]">
      {taken ? (
        // biome-ignore lint/performance/noImgElement: a picture of this device, never optimised by a server
        <img src={shot.url} alt="The seal, as photographed" className="h-20 w-26 rounded-control object-cover" />
      ) : (
        <span className="grid h-20 w-26 place-items-center rounded-control bg-sunken text-quiet">
          <Icon name="camera" className="size-6!" />
        </span>
      )}
      <div>
        <p className="font-strong">
          {taken ? `Photo taken ${clock(shot.at, zone)} ${zoneName(shot.at, zone)}` : "Photo of the seal (optional)"}
        </p>
        <p className="text-quiet text-small">
          {taken ? (
            <>
              Its hash <span className="mono">{shortHash(hash)}</span> goes on the ledger. The picture stays on this device: keep it.
            </>
          ) : (
            "Its hash goes on the ledger, the picture stays on this device."
          )}
        </p>
        {problem && (
          <p role="alert" className="text-small text-violation">
            {problem}
          </p>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        className="sr"
        tabIndex={-1}
        aria-label="Photo of the seal"
        onChange={(event) => void take(event.target.files?.[0])}
      />
      <Button icon="camera" onClick={() => input.current?.click()} className="max-desk:col-span-2">
        {taken ? "Retake" : "Take a photo"}
      </Button>
    </div>
  );
}
