/** A real `fabric-ca-server` and `fabric-ca-client`, where their binaries are found (FABRIC_BIN or PATH); for tests. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { FabricCaClient } from "../ca/fabric/client";
import { parseProfiles } from "../ca/fabric/signing-profiles";

const run = promisify(execFile);

/** Where a binary of Fabric's lies; undefined when there is none. */
export function fabricBinary(name: string): string | undefined {
  const folders = [...(process.env.FABRIC_BIN ?? "").split(delimiter), ...(process.env.PATH ?? "").split(delimiter)];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/** Said where a suite is skipped. */
export const WITHOUT_BINARIES = "skipped: no fabric-ca binaries (set FABRIC_BIN)";

export interface FabricCaServer {
  readonly url: string;
  /** PEM */
  readonly tlsRoot: string;
  readonly registrar: { readonly id: string; readonly secret: string };
  stop(): Promise<void>;
}

/** The configuration that docs/fabric-ca hands out, on a port of the test's, with a metrics address that no other server has. */
async function configuration(port: number): Promise<string> {
  const text = await readFile("docs/fabric-ca/fabric-ca-server-config.yaml", "utf8");
  return `${text.replace("port: 7054", `port: ${port}`)}operations: { listenAddress: "127.0.0.1:0" }\n`;
}

/** The signing profiles of that configuration. */
export const PROFILES = parseProfiles("default=8760,days180=4320,days90=2160,days30=720,days7=168,days1=24");

/** Starts a server with TLS; resolves when it answers. */
export async function startFabricCa(folder: string, port: number): Promise<FabricCaServer> {
  const binary = fabricBinary("fabric-ca-server");
  if (binary === undefined) throw new Error(WITHOUT_BINARIES);
  const home = join(folder, "fabric-ca-server");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "fabric-ca-server-config.yaml"), await configuration(port));
  const child = spawn(binary, ["start", "--home", home], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = once(child, "exit");
  const url = `https://127.0.0.1:${port}`;
  const tlsRootPath = join(home, "ca-cert.pem");
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`fabric-ca-server ended:\n${log}`);
    const tlsRoot = existsSync(tlsRootPath) ? await readFile(tlsRootPath, "utf8") : undefined;
    if (tlsRoot !== undefined && (await answers({ url, tlsRoot }))) {
      const stop = async () => {
        child.kill("SIGTERM");
        await exited;
      };
      return { url, tlsRoot, registrar: { id: "service", secret: "change-this-secret" }, stop };
    }
    await sleep(100);
  }
  child.kill("SIGKILL");
  throw new Error(`fabric-ca-server does not answer:\n${log}`);
}

async function answers(address: { url: string; tlsRoot: string }): Promise<boolean> {
  return new FabricCaClient(address).info().then(
    () => true,
    () => false,
  );
}

/** Runs the real client with a home of its own. @throws with the client's words when it fails */
export async function fabricCaClient(home: string, url: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(fabricBinary("fabric-ca-client") ?? "", [...args, "-H", home, "-u", url]);
  return `${stdout}\n${stderr}`;
}
