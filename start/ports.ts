import { connect, createServer } from "node:net";

/** Below the range from which systems draw the ports of outgoing connections (Linux: from 32768), which would take one between look and use. */
const FREE_PORTS = { from: 12_000, to: 22_000 } as const;

/** Where whole rows of ports are drawn for tests: apart from single ones, of which one in the row would be taken between look and use. */
export const FREE_ROWS = { from: 22_000, to: 32_000 } as const;

/** A port that nothing listens on right now, for tests. Drawn at random, so that suites beside each other rarely meet. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (;;) {
    const port = FREE_PORTS.from + Math.floor(Math.random() * (FREE_PORTS.to - FREE_PORTS.from));
    if (await canListen(port, host)) return port;
  }
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens on the port. */
export function isTaken(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Every port of the stack by the name of what listens on it; see docs/architecture.md. */
export interface Ports {
  readonly web: number;
  readonly relay: number;
  readonly postgres: number;
  readonly broker: number;
  readonly display: number;
  /** Per organisation id. */
  readonly peers: Readonly<Record<string, number>>;
  readonly contracts: Readonly<Record<string, number>>;
  readonly ca: Readonly<Record<string, number>>;
  readonly signers: Readonly<Record<string, number>>;
}

/** The default lay-out: every port follows the website's, so that two stacks run beside each other with `--port` alone. */
export function portsFrom(web: number, organisations: readonly string[]): Ports {
  const row = (offset: number) => Object.fromEntries(organisations.map((id, index) => [id, web + offset + index + 1]));
  return {
    web,
    postgres: web + 10,
    peers: row(20),
    contracts: row(30),
    ca: row(40),
    signers: row(50),
    broker: web + 60,
    relay: web + 70,
    display: web + 80,
  };
}

/** With TLS in front, the plain servers behind it listen this much higher, on loopback only. */
const INNER_OFFSET = 500;

/** Ports of the plain HTTP servers: the public ones, or those behind the TLS front. */
export function innerPorts(ports: Ports, tls: boolean): Pick<Ports, "web" | "ca" | "signers"> {
  const move = (port: number) => (tls ? port + INNER_OFFSET : port);
  const row = (row: Readonly<Record<string, number>>) => Object.fromEntries(Object.entries(row).map(([id, port]) => [id, move(port)]));
  return { web: move(ports.web), ca: row(ports.ca), signers: row(ports.signers) };
}

/** Name → port, flat: what a message about a taken port says. */
export function listPorts(ports: Ports): [string, number][] {
  return Object.entries(ports).flatMap(([name, value]): [string, number][] =>
    typeof value === "number"
      ? [[name, value]]
      : Object.entries(value as Record<string, number>).map(([id, port]) => [`${name} of ${id}`, port]),
  );
}
