"use client";

import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

interface DropZoneProps {
  readonly name: string | null;
  readonly onFile: (file: File) => void;
}

/** Takes one file, dropped or chosen; it never leaves the browser. */
export function DropZone({ name, onFile }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first and needs no mouse
    <div
      onDrop={drop}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      className={`flex flex-wrap items-center gap-3 rounded-control border border-dashed px-4 py-5 ${isOver ? "border-accent bg-here" : "border-line-strong bg-sunken"}`}
    >
      <Icon name="file" className="text-quiet" />
      <p className="min-w-0 grow wrap-anywhere text-second text-small">{name ?? "Drop an evidence file here, or choose one."}</p>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label="Evidence file"
        className="sr"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          event.target.value = "";
        }}
      />
      <Button icon="upload" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
    </div>
  );
}
