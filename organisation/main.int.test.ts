import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enrol } from "./ca/client";
import { createRequest } from "./ca/csr";
import { newKeys } from "./testing/organisation";

const run = promisify(execFile);
const BUNDLE = "dist/organisation.mjs";
const cli = (...args: string[]) => run(process.execPath, [BUNDLE, ...args]);

let folder: string;
let dir: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-cli-"));
  dir = join(folder, "shipper");
  await cli("init", "--dir", dir, "--id", "shipper", "--msp", "ShipperMSP", "--name", "Rheinhafen Pharma", "--demonstration");
  const network = join(folder, "network.json");
  const organisation = { id: "shipper", mspId: "ShipperMSP", name: "Rheinhafen Pharma", root: "shipper/public/root.pem", peers: [] };
  await writeFile(
    network,
    JSON.stringify({
      kind: "embedded",
      channel: "coldchain",
      chaincode: "winterseal",
      endorsements: 1,
      organisations: [{ ...organisation, endorsers: ["shipper/public/peer0.pem"] }],
      operator: { mspId: "OperatorMSP", certificate: "unused", privateKey: "unused" },
    }),
  );
  environment = {
    PATH: process.env.PATH ?? "",
    WINTERSEAL_CA_PORT: "0",
    WINTERSEAL_SIGNER_PORT: "0",
    WINTERSEAL_ORIGIN: "http://localhost:4100",
    WINTERSEAL_RELAY: "http://127.0.0.1:9",
    WINTERSEAL_NETWORK: network,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts `serve` and reads its ready line, or its end. */
async function serve(changes: Record<string, string> = {}) {
  // Settings are all that it gets: the test's own environment must not leak in.
  const env = { ...environment, ...changes } as unknown as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [BUNDLE, "serve", "--dir", dir], { env, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "exit").then(([code]: unknown[]) => ({ code, errors }));
  const ready = new Promise<{ ready: true; ca: number; signer: number }>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line));
    });
  });
  return { child, ended, ready };
}

describe("the organisation's command line", () => {
  it("keeps root key, records and codes from everybody but their owner", async () => {
    for (const [path, mode] of [
      ["", 0o700],
      ["ca", 0o700],
      ["ca/root.key", 0o600],
      ["ca/issued.jsonl", 0o600],
      ["peer/key.pem", 0o600],
    ] as const) {
      expect((await stat(join(dir, path))).mode & 0o777, path).toBe(mode);
    }
  });

  it("keeps every file when the organisation is founded again", async () => {
    const files = ["ca/root.key", "ca/root.pem", "peer/key.pem", "peer/cert.pem", "public/root.pem", "public/peer0.pem"];
    const read = () => Promise.all(files.map((file) => readFile(join(dir, file), "utf8")));
    const before = await read();
    await cli("init", "--dir", dir, "--id", "shipper", "--msp", "ShipperMSP", "--name", "Rheinhafen Pharma");
    expect(await read()).toEqual(before);
  });

  it("serves a code that was made while it runs, and ends with 0 on SIGTERM", async () => {
    const { child, ready, ended } = await serve();
    const { ca, signer } = await ready;
    const { stdout } = await cli("code", "--dir", dir, "--login", "lena", "--name", "Lena Brunner", "--role", "shipper");
    const enrolled = await enrol(`http://127.0.0.1:${ca}`, stdout.trim(), async (name) => createRequest(name, await newKeys()));
    expect(enrolled.person).toEqual({ commonName: "lena@shipper", name: "Lena Brunner", role: "shipper" });
    expect((await fetch(`http://127.0.0.1:${signer}/health`)).status).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(await readFile(join(dir, "ca", "issued.jsonl"), "utf8")).not.toContain(stdout.trim());
  });

  it("names the setting that is missing", async () => {
    const { WINTERSEAL_RELAY: _, ...rest } = environment;
    environment = rest;
    const { errors, code } = await (await serve()).ended;
    environment = { ...rest, WINTERSEAL_RELAY: "http://127.0.0.1:9" };
    expect(code).toBe(1);
    expect(errors).toContain("WINTERSEAL_RELAY");
  });

  it("ends when a port is taken, and does not stay half up", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { errors, code } = await (await serve({ WINTERSEAL_SIGNER_PORT: String(port) })).ended;
    taken.close();
    expect(code).toBe(1);
    expect(errors).toContain("EADDRINUSE");
  });

  it("refuses a role that the organisation does not give, and an unknown command", async () => {
    await expect(cli("code", "--dir", dir, "--login", "x", "--name", "X", "--role", "authority")).rejects.toMatchObject({ code: 1 });
    await expect(cli("fly")).rejects.toMatchObject({ code: 2 });
    await expect(cli("init", "--dir", dir)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--id is missing") });
  });
});
