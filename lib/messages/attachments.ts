/** Files that people attach to an excursion's investigation: what is taken, and how much. The page, the site and the contract share it. */
export const ATTACHMENT_TYPES = ["application/pdf", "image/jpeg", "image/png", "text/csv", "text/plain"] as const;
export type AttachmentType = (typeof ATTACHMENT_TYPES)[number];

/** A photographed page or a laboratory's report; a logger's whole memory fits too. */
export const MAX_ATTACHMENT_BYTES = 10_000_000;
/** Of one note. */
export const MAX_ATTACHMENTS = 8;

const startsWith = (bytes: Uint8Array, ...head: number[]): boolean => head.every((byte, index) => bytes[index] === byte);

/** What a file is by its own first bytes, never by its name: undefined for what is not taken. Text is UTF-8 without control characters. */
export function sniffAttachment(bytes: Uint8Array, named: string): AttachmentType | undefined {
  if (startsWith(bytes, 0x25, 0x50, 0x44, 0x46, 0x2d)) return "application/pdf";
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (!isText(bytes)) return undefined;
  return named.toLowerCase().endsWith(".csv") ? "text/csv" : "text/plain";
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
