/** Two ways to the same ledger, for comparison: light client and relay in process, without broker, and `fabric-gateway` used directly. */
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect as connectGateway, hash, signers } from "@hyperledger/fabric-gateway";
import { parseResult } from "../device/ts/client";
import type { Link } from "../device/ts/link";
import { encodeFrom } from "../device/ts/link-messages";
import { canonicalBytes } from "../lib/domain/canonical-json";
import { connect } from "../lib/fabric/connection";
import { readIdentity } from "../lib/fabric/identity-node";
import type { Network } from "../lib/messages/network";
import { CertificateAuthority, issueIdentity } from "../organisation/ca";
import { Desk } from "../proxy/relay/desk";
import { openRelay } from "../proxy/relay/open";
import { FairQueue } from "../proxy/relay/queue";
import { openClient } from "../start/importer/client";

export interface Identity {
  readonly mspId: string;
  readonly folder: string;
}

/** One way to make transactions: `transact(n)` makes one as the n-th identity. */
export interface Way {
  transact(worker: number): Promise<unknown>;
  close(): Promise<void>;
}

/** As many identities as are in flight: the relay has one transaction of a sender in flight, so one identity alone would only measure that. */
export async function identities(authority: string, people: string, count: number): Promise<Identity[]> {
  const ca = await CertificateAuthority.open(authority);
  const made: Identity[] = [];
  for (let index = 0; index < count; index++) {
    const folder = join(people, `bench-${index}`);
    await issueIdentity(ca, { commonName: `bench-${index}@authority`, type: "client", role: "importer", name: "Benchmark", out: folder });
    made.push({ mspId: "AuthorityMSP", folder });
  }
  return made;
}

/** The proxy's own relay and queues in this process, without broker. */
export async function openDoor(network: Network): Promise<{ readonly link: Link; close(): Promise<void> }> {
  const connection = await connect(network);
  const operator = await readIdentity(network.operator.mspId, network.operator.certificate, network.operator.privateKey);
  const opened = openRelay({ network, connection, operator });
  // As the proxy's own queues (proxy/start), and room for all that this benchmark has in flight.
  const queue = () => new FairQueue({ perLane: 4, total: 2_000, concurrency: 256 });
  const desk = new Desk(opened.relay, { mqtt: queue(), https: queue() });
  let request = 0;
  const link: Link = {
    request: (body) => desk.take({ transport: "https" }, body.type, encodeFrom({ ...body, request: ++request })).answer,
  };
  const close = async () => {
    await opened.close();
    connection.close();
  };
  return { link, close };
}

export async function relayWay(people: readonly Identity[], network: Network): Promise<Way> {
  const { link, close } = await openDoor(network);
  const clients = await Promise.all(people.map((person) => openClient(person, network, link)));
  return { transact: async (worker) => clients[worker]?.transact("sensor:Register", [registration()], parseResult), close };
}

export async function gatewayWay(people: readonly Identity[], network: Network): Promise<Way> {
  const connection = await connect(network);
  const client = connection.peers[0]?.client;
  if (client === undefined) throw new Error("the network has no peer");
  const contracts = await Promise.all(
    people.map(async ({ mspId, folder }) => {
      const [certificate, key] = await Promise.all([readFile(join(folder, "cert.pem")), readFile(join(folder, "key.pem"))]);
      const signer = signers.newPrivateKeySigner(createPrivateKey(key));
      const gateway = connectGateway({ client, identity: { mspId, credentials: certificate }, signer, hash: hash.sha256 });
      return gateway.getNetwork(network.channel).getContract(network.chaincode);
    }),
  );
  return {
    transact: async (worker) => contracts[worker]?.submit("sensor:Register", { arguments: [registration()] }),
    close: async () => connection.close(),
  };
}

/** The statement of one transaction: another sensor each time, so that none conflicts with another. */
function registration(): Uint8Array {
  const sensor = `bench-${randomBytes(8).toString("hex")}`;
  const now = Date.now();
  const calibration = {
    number: sensor,
    hash: createHash("sha256").update(sensor).digest("hex"),
    laboratory: "bench",
    from: now - 1_000,
    to: now + 86_400_000,
    min: -40_000,
    max: 60_000,
    uncertainty: 200,
  };
  return canonicalBytes({ sensor, thumbprint: randomBytes(32).toString("hex"), model: "bench", owner: "ShipperMSP", calibration });
}
