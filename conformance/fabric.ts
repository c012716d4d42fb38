/** A real Fabric network as a target: brought up by room network/ from the official binaries, with the key-value contract as its contract. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { type Issued, TestAuthority } from "../ledger/testing/material";
import { bundle, freePort } from "../ledger/testing/processes";
import type { FabricBinaries } from "../network/binaries";
import { bringUp, type ContractRun, type Host } from "../network/bring-up";
import type { NetworkPart } from "../network/parts";
import type { KeyPair, OrdererOrganisation, PeerOrganisation, Topology } from "../network/topology";
import type { Target, TargetName } from "./target";

const CHANNEL = "testchannel";
const CHAINCODE = "kv";
const MEMBERS = ["a", "b", "c"] as const;
const MAX_BYTES = 10 * 1024 * 1024;
const HOST = "127.0.0.1";
const STOP_MS = 10_000;

const mspIdOf = (id: string) => `${id.toUpperCase()}MSP`;

/** What one organisation's authorities issue, written as files. */
class Owner {
  readonly id: string;
  readonly mspId: string;
  readonly folder: string;
  readonly authority: TestAuthority;
  readonly #tls: TestAuthority;

  private constructor(id: string, mspId: string, folder: string, authority: TestAuthority, tls: TestAuthority) {
    this.id = id;
    this.mspId = mspId;
    this.folder = folder;
    this.authority = authority;
    this.#tls = tls;
  }

  static async create(id: string, mspId: string, base: string): Promise<Owner> {
    const folder = join(base, id);
    await mkdir(folder, { recursive: true });
    const owner = new Owner(id, mspId, folder, await TestAuthority.create(mspId), await TestAuthority.create(`${mspId} TLS`));
    await writeFile(owner.root, owner.authority.root);
    await writeFile(owner.tlsRoot, owner.#tls.root);
    return owner;
  }

  get root(): string {
    return join(this.folder, "root.pem");
  }

  get tlsRoot(): string {
    return join(this.folder, "tls-root.pem");
  }

  identity(name: string, unit: string): Promise<KeyPair> {
    return this.authority.issue({ commonName: name, units: [unit] }).then((issued) => this.#write(name, issued));
  }

  tls(name: string): Promise<KeyPair> {
    return this.#tls
      .issue({ commonName: name, units: [], hosts: [name, "localhost"] })
      .then((issued) => this.#write(`${name}-tls`, issued));
  }

  async #write(name: string, issued: Issued): Promise<KeyPair> {
    const files = { certificate: join(this.folder, `${name}.pem`), privateKey: join(this.folder, `${name}.key`) };
    await writeFile(files.certificate, issued.certificate);
    await writeFile(files.privateKey, issued.privateKey, { mode: 0o600 });
    return files;
  }
}

async function peerOrganisation(owner: Owner): Promise<PeerOrganisation> {
  const name = `peer0.${owner.id}`;
  return {
    id: owner.id,
    mspId: owner.mspId,
    root: owner.root,
    tlsRoot: owner.tlsRoot,
    folder: join(owner.folder, "organisation"),
    admin: await owner.identity("admin", "admin"),
    adminTls: await owner.tls("admin"),
    monitor: await owner.identity("monitor", "client"),
    peers: [
      {
        name,
        host: HOST,
        folder: join(owner.folder, name),
        identity: await owner.identity(name, "peer"),
        tls: await owner.tls(name),
        ports: { grpc: await freePort(), chaincode: await freePort(), operations: await freePort() },
      },
    ],
    contract: { address: `${HOST}:${await freePort()}`, otherAddress: `${HOST}:${await freePort()}`, tls: await owner.tls("contract") },
  };
}

async function ordererOrganisation(owner: Owner): Promise<OrdererOrganisation> {
  const name = `orderer0.${owner.id}`;
  return {
    id: owner.id,
    mspId: owner.mspId,
    root: owner.root,
    tlsRoot: owner.tlsRoot,
    folder: join(owner.folder, "organisation"),
    admin: await owner.identity("admin", "admin"),
    adminTls: await owner.tls("admin"),
    nodes: [
      {
        name,
        host: HOST,
        folder: join(owner.folder, name),
        identity: await owner.identity(name, "orderer"),
        tls: await owner.tls(name),
        ports: { grpc: await freePort(), admin: await freePort(), operations: await freePort() },
      },
    ],
  };
}

/** Runs the network's processes and ends them. */
class Runner implements Host {
  readonly #script: string;
  readonly #children: ChildProcess[] = [];
  readonly #words = new Map<string, string[]>();

  constructor(script: string) {
    this.#script = script;
  }

  async start(_title: string, parts: readonly NetworkPart[]): Promise<void> {
    await Promise.all(parts.map((part) => this.#startOne(part)));
  }

  async #startOne(part: NetworkPart): Promise<void> {
    const child = spawn(part.command, [...part.args], {
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", NODE_ENV: "production", ...part.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    const words: string[] = [];
    this.#words.set(part.name, words);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        words.push(chunk.toString());
        if (words.length > 50) words.shift();
      });
    }
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${part.name} ended with ${code}: ${words.join("")}`)));
    });
    ended.catch(() => undefined); // Heard by the race below; afterwards its cases fail by themselves.
    await Promise.race([part.ready(), ended]);
  }

  contract(organisation: PeerOrganisation, { packageId, address }: ContractRun): NetworkPart {
    const { certificate, privateKey } = organisation.contract.tls;
    return {
      name: `contract-${organisation.id}`,
      command: process.execPath,
      args: [this.#script],
      env: {
        CHAINCODE_ID: packageId,
        CHAINCODE_SERVER_ADDRESS: address,
        CHAINCODE_TLS_CERT: certificate,
        CHAINCODE_TLS_KEY: privateKey,
        CHAINCODE_CLIENT_CA_CERT: organisation.tlsRoot,
      },
      ready: () => untilListening(Number(address.split(":")[1])),
    };
  }

  async timed(_title: string, work: () => Promise<void>): Promise<void> {
    await work();
  }

  /** The last words of every process, for a failure's report. */
  words(): string {
    return [...this.#words].map(([name, words]) => `${name}: ${words.slice(-5).join("")}`).join("\n");
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children
        .filter((child) => child.exitCode === null && child.signalCode === null)
        .map((child) => {
          const ended = new Promise<void>((done) => child.once("exit", () => done()));
          const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
          child.kill("SIGTERM");
          return ended.then(() => clearTimeout(timer));
        }),
    );
  }
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const listening = await new Promise<boolean>((done) => {
      const socket = connectSocket(port, HOST, () => {
        socket.destroy();
        done(true);
      });
      socket.once("error", () => done(false));
    });
    if (listening) return;
    await sleep(50);
  }
}

/** `2.5.16` → `2.5`. */
function targetName({ version }: FabricBinaries): TargetName {
  return version.startsWith("2.5.") ? "2.5" : "3.1";
}

/** Brings a network up; `close` ends its processes and deletes its data. */
export async function openFabric(binaries: FabricBinaries): Promise<Target> {
  const base = await mkdtemp(join(tmpdir(), "winterseal-conformance-"));
  const bundles = await mkdtemp("node_modules/.cache/conformance-");
  const owners = await Promise.all(MEMBERS.map((id) => Owner.create(id, mspIdOf(id), base)));
  const operator = await Owner.create("operator", "OperatorMSP", base);
  const orderer = await Owner.create("orderer", "OrdererMSP", base);
  const topology: Topology = {
    channel: CHANNEL,
    chaincode: CHAINCODE,
    probe: { name: "get", args: ["probe"] },
    endorsements: 2,
    consensus: "etcdraft",
    host: HOST,
    listen: HOST,
    folder: join(base, "network"),
    organisations: await Promise.all(owners.map(peerOrganisation)),
    orderers: [await ordererOrganisation(orderer)],
    readers: [{ id: operator.id, mspId: operator.mspId, root: operator.root }],
    blocks: { timeoutMs: 200, maxCount: 200 },
  };
  const script = await bundle("ledger/testing/kv-contract.ts", bundles);
  const runner = new Runner(script);
  const close = async () => {
    await runner.stop();
    await rm(base, { recursive: true, force: true });
    await rm(bundles, { recursive: true, force: true });
  };
  try {
    await bringUp(topology, binaries, resolve("network/builder"), resolve(script), runner);
  } catch (cause) {
    const words = runner.words();
    await close();
    throw new Error(`Fabric ${binaries.version} did not come up: ${String(cause)}\n${words}`, { cause });
  }
  const peers = topology.organisations.flatMap(({ peers }) => peers);
  const roots = await Promise.all(topology.organisations.map(({ tlsRoot }) => readFile(tlsRoot)));
  const authorities = new Map([...owners, operator, orderer].map((owner) => [owner.mspId, owner.authority]));
  const addressOf = (index: number) => `${HOST}:${peers[index]?.ports.grpc}`;
  return {
    name: targetName(binaries),
    release: `Fabric ${binaries.version}`,
    channel: CHANNEL,
    chaincode: CHAINCODE,
    organisations: topology.organisations.map(({ mspId }, index) => ({ mspId, address: addressOf(index) })),
    operatorMspId: operator.mspId,
    ordererMspId: orderer.mspId,
    maxBytes: MAX_BYTES,
    connect: (index, options = {}) =>
      new Client(addressOf(index), credentials.createSsl(roots[index] ?? null), {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.max_receive_message_length": 16 * 1024 * 1024,
        ...options,
      }),
    async mint(mspId, mint) {
      const authority = authorities.get(mspId);
      if (authority === undefined) throw new Error(`no authority of ${mspId}`);
      return await authority.issue(mint);
    },
    close,
  };
}
