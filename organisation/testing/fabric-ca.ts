/** A real `fabric-ca-server` and `fabric-ca-client`, where their binaries are found (FABRIC_BIN or PATH); for tests. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { FabricCaClient } from "../ca/fabric/client";
import type { SigningProfile } from "../ca/fabric/signing-profiles";

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

const configuration = (port: number, profiles: readonly SigningProfile[]): string => `
port: ${port}
tls: { enabled: true }
ca: { name: ca-authority }
registry:
  maxenrollments: -1
  identities:
    - name: service
      pass: servicepw
      type: client
      affiliation: ""
      attrs:
        hf.Registrar.Roles: "*"
        hf.Registrar.Attributes: "*"
        hf.Revoker: true
        hf.GenCRL: true
db: { type: sqlite3, datasource: fabric-ca-server.db }
signing:
  default: { usage: [digital signature], expiry: ${profiles.find(({ name }) => name === "")?.hours ?? 8760}h }
  profiles:
    tls: { usage: [signing, key encipherment, server auth, client auth, key agreement], expiry: 8760h }
${profiles
  .filter(({ name }) => name !== "")
  .map(
    ({ name, hours }) =>
      `    ${name}: { usage: [digital signature], expiry: ${hours}h, extensionwhitelist: [{ "1.2.3.4.5.6.7.8.1": true }] }`,
  )
  .join("\n")}
csr:
  cn: ca.authority.example
  keyrequest: { algo: ecdsa, size: 256 }
  names: [{ C: CH, O: Messlabor Kander }]
  hosts: [localhost, 127.0.0.1]
  ca: { expiry: 131400h, pathlength: 0 }
operations: { listenAddress: "127.0.0.1:0" }
metrics: { provider: disabled }
bccsp: { default: SW, sw: { hash: SHA2, security: 256, filekeystore: { keystore: msp/keystore } } }
`;

/** Starts a server with TLS and these signing profiles; resolves when it answers. */
export async function startFabricCa(folder: string, port: number, profiles: readonly SigningProfile[]): Promise<FabricCaServer> {
  const binary = fabricBinary("fabric-ca-server");
  if (binary === undefined) throw new Error(WITHOUT_BINARIES);
  const home = join(folder, "fabric-ca-server");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "fabric-ca-server-config.yaml"), configuration(port, profiles));
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
      return { url, tlsRoot, registrar: { id: "service", secret: "servicepw" }, stop };
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
