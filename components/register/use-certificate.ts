"use client";

import { useState } from "react";
import type { DccFile } from "@/lib/exchange/dcc-file";
import { XML_LIMITS } from "@/lib/exchange/limits";

/** A certificate's file: its hash, and what was read from it when it is a digital calibration certificate. */
export interface CertificateFile {
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
  readonly read: DccFile | null;
}

interface Refused {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

/** Largest file that is hashed here at all. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Takes a certificate's file: XML is read by the site, anything else is only hashed, in the browser. */
export function useCertificate() {
  const [file, setFile] = useState<CertificateFile | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [reading, setReading] = useState(false);

  const take = async (chosen: File): Promise<CertificateFile | null> => {
    setRefused(null);
    setReading(true);
    try {
      const taken = isXml(chosen) ? await readXml(chosen) : await hashed(chosen);
      if ("code" in taken) {
        setFile(null);
        setRefused(taken);
        return null;
      }
      setFile(taken);
      return taken;
    } catch (error) {
      setFile(null);
      setRefused({
        code: "UNAVAILABLE",
        message: error instanceof TypeError ? "The site cannot be reached. Nothing was changed" : String(error),
      });
      return null;
    } finally {
      setReading(false);
    }
  };
  return { file, refused, reading, take };
}

const isXml = ({ name, type }: File): boolean => /\.xml$/i.test(name) || /[/+]xml$/.test(type);

async function readXml(file: File): Promise<CertificateFile | Refused> {
  if (file.size > XML_LIMITS.bytes) return tooLarge(XML_LIMITS.bytes);
  const response = await fetch("/api/calibration-certificates", {
    method: "POST",
    headers: { "content-type": "application/xml" },
    body: await file.arrayBuffer(),
  });
  if (!response.ok) return (await response.json()) as Refused;
  const read = (await response.json()) as DccFile;
  return { name: file.name, bytes: file.size, hash: read.hash, read };
}

async function hashed(file: File): Promise<CertificateFile | Refused> {
  if (file.size > MOST_BYTES) return tooLarge(MOST_BYTES);
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { name: file.name, bytes: file.size, hash, read: null };
}

const tooLarge = (limit: number): Refused => ({ code: "FILE_TOO_LARGE", message: `At most ${limit / 1024 / 1024} MiB are read` });
