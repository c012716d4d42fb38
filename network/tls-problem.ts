/** Whether an address serves TLS by one of the given roots. */
import { connect } from "node:tls";

export interface TlsProblem {
  /** Somebody answers, whom the root did not certify. */
  readonly isForeign: boolean;
  readonly message: string;
}

const WITHIN_MS = 4_000;
const FOREIGN = /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT|ERR_SSL)/;

/**
 * @param address host:port
 * @param roots PEM, one or several
 * @param serverName name to expect, where it is not the host
 */
export function tlsProblem(address: string, roots: Buffer, serverName?: string): Promise<TlsProblem | undefined> {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(address.slice(colon + 1)),
      ca: roots,
      ALPNProtocols: ["h2"],
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    const end = (problem?: TlsProblem) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => end({ isForeign: false, message: `no answer within ${WITHIN_MS / 1000} s` }), WITHIN_MS);
    socket.once("secureConnect", () => end());
    socket.once("error", (error: NodeJS.ErrnoException) => end({ isForeign: FOREIGN.test(error.code ?? ""), message: error.message }));
  });
}
