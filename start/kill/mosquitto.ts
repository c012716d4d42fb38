import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Layout } from "../layout";
import { isTaken } from "../ports";
import { type Part, Supervisor } from "../supervisor";

/**
 * Runs Mosquitto in the embedded broker's place, on the configuration that docs/mosquitto gives, with the stack's certificates.
 * @param root folder of the project
 */
export async function startMosquitto(root: string, layout: Layout, port: number, say: (text: string) => void): Promise<Supervisor> {
  const folder = join(layout.data, "mosquitto");
  mkdirSync(folder, { recursive: true });
  const shipped = (name: string) => readFileSync(join(root, "docs/mosquitto", name), "utf8");
  const configuration = shipped("winterseal.conf")
    .replaceAll("/etc/mosquitto/winterseal", folder)
    .replace("/var/lib/mosquitto/", `${folder}/`)
    .replace("listener 8883", `listener ${port} 127.0.0.1`);
  writeFileSync(join(folder, "mosquitto.conf"), `${configuration}\nuser root\n`);
  writeFileSync(join(folder, "acl"), shipped("acl"), { mode: 0o600 });
  const roots = ["authority", "operator"].map((id) => readFileSync(join(layout.data, "network", id, "root.pem"), "utf8"));
  writeFileSync(join(folder, "ca.pem"), roots.join("\n"));
  cpSync(join(layout.broker, "cert.pem"), join(folder, "broker.pem"));
  cpSync(join(layout.broker, "key.pem"), join(folder, "broker.key"));
  const supervisor = new Supervisor(layout.logs, say);
  const part: Part = {
    name: "mosquitto",
    command: process.env.MOSQUITTO ?? "/usr/sbin/mosquitto",
    args: ["-c", join(folder, "mosquitto.conf")],
    env: {},
    ready: async () => {
      while (!(await isTaken(port))) await sleep(50);
    },
  };
  await supervisor.start(part);
  return supervisor;
}
