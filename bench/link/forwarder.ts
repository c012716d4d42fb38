/** A TCP forwarder that counts what passes: the only scale of this benchmark, TLS and everything above it included. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Counted {
  /** From the client, bytes of TCP payload. */
  sent: number;
  received: number;
}

export interface Forwarder {
  readonly port: number;
  close(): Promise<void>;
}

/** @param target host:port @param counted adds up what passes; several forwarders may share one */
export async function startForwarder(target: string, counted: Counted): Promise<Forwarder> {
  const [host, port] = target.split(":");
  const open = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect({ host: host ?? "127.0.0.1", port: Number(port) });
    const pair = [inner, outer] as const;
    for (const socket of pair) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
        for (const each of pair) each.destroy();
      });
      // What ends a connection on one side ends it on the other; the client sees it as it would without us.
      socket.on("error", () => socket.destroy());
    }
    inner.on("data", (chunk) => {
      counted.sent += chunk.length;
      outer.write(chunk);
    });
    outer.on("data", (chunk) => {
      counted.received += chunk.length;
      inner.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
