/** The certificate that an address shows by TLS. */
import { connect, type DetailedPeerCertificate } from "node:tls";

/**
 * When the certificate shown at an address ends, ms UTC; null when nobody answers there in time, or not by these roots: whoever cannot be believed
 * tells nothing.
 * @param address host:port
 * @param roots PEM
 * @param serverName name to expect, where it is not the host
 */
export function tlsCertificateEnd(
  address: string,
  roots: string,
  serverName: string | undefined,
  withinMs: number,
): Promise<number | null> {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(address.slice(colon + 1)),
      ca: roots,
      servername: serverName ?? host,
      ALPNProtocols: ["h2"],
    });
    const end = (at: number | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(at);
    };
    const timer = setTimeout(() => end(null), withinMs);
    socket.once("secureConnect", () => {
      const { valid_to } = socket.getPeerCertificate() as Partial<DetailedPeerCertificate>;
      end(valid_to === undefined ? null : Date.parse(valid_to));
    });
    socket.once("error", () => end(null));
  });
}
