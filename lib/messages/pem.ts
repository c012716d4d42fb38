/** Text files that may hold several PEM blocks: an organisation has two roots while one takes over from the other. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const LIST = /-----BEGIN (?:X509 )?CRL-----([A-Za-z0-9+/=\s]+)-----END (?:X509 )?CRL-----/g;

/** Every certificate in a text, PEM, in order. */
export const certificatesIn = (text: string): string[] => text.match(CERTIFICATE) ?? [];

/** Every revocation list in a text, base64 of its DER: labels differ between writers (`X509 CRL`, `CRL`). */
export const listsIn = (text: string): string[] => [...text.matchAll(LIST)].map(([, content = ""]) => content.replaceAll(/\s/g, ""));
