import { X509Certificate } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { Aedes, type Client } from "aedes";
import type { ErrorCode } from "../../lib/messages/errors";
import { topicRefused } from "../../lib/messages/link";
import { SENSOR_ID } from "../../lib/messages/names";
import { mayConnect, mayPublish, maySubscribe } from "./access";
import { type CutReason, PacketGuard } from "./guard";
import { type BrokerIdentity, identify, readRoots } from "./identity";
import { Pace } from "./pace";
import type { BrokerSettings } from "./settings";

/** What was turned away, for the log. */
export type TurnedAway =
  | CutReason
  | "too-many"
  | "too-many-from-address"
  | "connect-late"
  | "unknown-identity"
  | "client-id"
  | "publish"
  | "subscribe";

export interface Broker {
  readonly port: number;
  close(): Promise<void>;
}

/** What a known sensor is told and the proxies count; the rest is the log's. A foreign publish is told in its own place. */
const REFUSED_AS: Readonly<Partial<Record<TurnedAway, ErrorCode>>> = {
  "packet-too-large": "MESSAGE_TOO_LARGE",
  "length-malformed": "MESSAGE_MALFORMED",
  "client-id": "WRONG_SENSOR",
  subscribe: "TOPIC_FOREIGN",
};

/** Sensor identities and limits are settled here, before aedes sees a byte. */
export async function startBroker(settings: BrokerSettings, log: (reason: TurnedAway, who: string) => void): Promise<Broker> {
  const turnedAway = (reason: TurnedAway, who: string) => {
    log(reason, who);
    const code = REFUSED_AS[reason];
    if (code === undefined || !SENSOR_ID.test(who)) return;
    aedes.publish({ cmd: "publish", topic: topicRefused(who, code), payload: "", qos: 0, retain: false, dup: false }, () => undefined);
  };
  const aedes = await createAedes(turnedAway);
  const roots = readRoots(settings.roots);
  const admission = new Admission(settings.limits);

  const server = createServer({
    cert: settings.certificate,
    key: settings.key,
    ca: [settings.roots.authority, settings.roots.operator],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    handshakeTimeout: settings.limits.connectMs,
    noDelay: true,
  });

  server.on("connection", (socket: Socket) => {
    const refused = admission.enter(socket);
    if (refused === undefined) return;
    turnedAway(refused, socket.remoteAddress ?? "");
    socket.destroy();
  });
  // A handshake without a certificate of ours ends here; TLS has said so to the client.
  server.on("tlsClientError", (_, socket) => socket.destroy());
  server.on("secureConnection", (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    const identity = certificate === undefined ? undefined : identify(new X509Certificate(certificate.raw), roots);
    if (identity === undefined) {
      turnedAway("unknown-identity", socket.remoteAddress ?? "");
      socket.destroy();
      return;
    }
    serve(socket, identity);
  });

  function serve(socket: TLSSocket, identity: BrokerIdentity): void {
    const late = setTimeout(() => {
      turnedAway("connect-late", identity.name);
      guard.destroy();
    }, settings.limits.connectMs);
    const cut = (reason: CutReason) => turnedAway(reason, identity.name);
    // The proxy speaks for many and is ours; each sensor has a pace of its own, so that one at full speed leaves the others theirs.
    const pace = identity.kind === "proxy" ? undefined : new Pace(settings.limits, performance.now());
    const guard = new PacketGuard(socket, settings.limits, () => clearTimeout(late), cut, pace);
    guard.once("close", () => clearTimeout(late));
    identities.set(guard, identity);
    aedes.handle(guard);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      admission.closeAll();
      await closed;
    },
  };
}

const identities = new WeakMap<object, BrokerIdentity>();
const identityOf = (client: Client | null): BrokerIdentity | undefined => (client === null ? undefined : identities.get(client.conn));

async function createAedes(turnedAway: (reason: TurnedAway, who: string) => void): Promise<Aedes> {
  const refusal = (reason: TurnedAway, client: Client | null) => {
    turnedAway(reason, identityOf(client)?.name ?? "");
    return new Error(reason);
  };
  const aedes = await Aedes.createBroker({
    maxClientsIdLength: 96,
    preConnect(_, packet, done) {
      // No session outlives its connection: what counts is on the ledger, and queues for absent sensors would grow without bound.
      packet.clean = true;
      done(null, true);
    },
    authenticate(client, _user, _password, done) {
      const identity = identityOf(client);
      if (identity !== undefined && mayConnect(identity, client.id)) return done(null, true);
      done(Object.assign(refusal("client-id", client), { returnCode: 2 }), false);
    },
    authorizePublish(client, packet, done) {
      const identity = identityOf(client);
      if (identity === undefined) return done(refusal("publish", client));
      if (!packet.retain && mayPublish(identity, packet.topic)) return done(null);
      const refused = refusal("publish", client);
      if (identity.kind === "proxy") return done(refused);
      // Taken and not carried, one of the two ways that MQTT has [MQTT-3.3.5-2]: cut off, the sensor would never hear why.
      Object.assign(packet, { topic: topicRefused(identity.name, "TOPIC_FOREIGN"), payload: "", retain: false });
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const identity = identityOf(client);
      if (identity !== undefined && maySubscribe(identity, subscription.topic)) return done(null, subscription);
      refusal("subscribe", client);
      done(null, null);
    },
  });
  // One client's broken connection is its own affair; without listeners an error event would end the process.
  aedes.on("clientError", () => undefined);
  aedes.on("connectionError", () => undefined);
  return aedes;
}

/** Counts sockets, in total and by address, from the first SYN on. */
class Admission {
  readonly #sockets = new Set<Socket>();
  readonly #byAddress = new Map<string, number>();

  constructor(readonly limits: BrokerSettings["limits"]) {}

  enter(socket: Socket): TurnedAway | undefined {
    const address = socket.remoteAddress ?? "";
    const sameAddress = this.#byAddress.get(address) ?? 0;
    if (this.#sockets.size >= this.limits.connections) return "too-many";
    if (sameAddress >= this.limits.connectionsPerAddress) return "too-many-from-address";
    this.#sockets.add(socket);
    this.#byAddress.set(address, sameAddress + 1);
    socket.once("close", () => this.#leave(socket, address));
    return undefined;
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #leave(socket: Socket, address: string): void {
    this.#sockets.delete(socket);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
