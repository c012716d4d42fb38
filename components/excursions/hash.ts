/** Hashes bytes in the browser. @throws TypeError on a page that is not served securely: browsers hash only there */
export async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  if (!globalThis.isSecureContext) throw new TypeError("This page is not served over HTTPS, so the browser cannot hash a file.");
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** "3.4 MB", "12 kB": sizes of files, rounded up so that nothing is said to be empty. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.ceil(bytes / 100_000) / 10} MB`;
}
