/**
 * Runs a Compose file of ours where there is no container engine: each service in a mount namespace of its own that shows it the mounts of the
 * file and no other part of the data folder, with the file's environment, without capabilities, on a root that it cannot write to. What it
 * lacks of containers: images (the programs are this machine's) and a network of its own (names lead to the loopback).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ComposeFile, Service } from "../../network/compose/document";
import type { ContainerEngine } from "../fabric/containers";

const NAMESPACE = ["--mount", "--propagation", "private"];
const UP_WITHIN_MS = 90_000;

/** Whether this machine lets us have namespaces: Linux, as root. */
export const hasNamespaces = (): boolean =>
  process.getuid?.() === 0 && spawnSync("unshare", [...NAMESPACE, "mount", "-t", "tmpfs", "none", "/srv"]).status === 0;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** As Compose does it: `$$` is `$`, `${NAME:-default}` the default where the variable is not set. */
const interpolated = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1").replaceAll("$$", "$");

function script(file: string, service: Service, programs: string, hosts: string): string {
  const mounts = service.volumes.flatMap(({ source, target, read_only }) => {
    const [from, to] = [quoted(resolve(dirname(file), interpolated(source))), quoted(interpolated(target))];
    return [
      `if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p "$(dirname ${to})"; [ -e ${to} ] || touch ${to}; fi`,
      `mount --bind ${from} ${to}`,
      ...(read_only ? [`mount -o remount,bind,ro ${to}`] : []),
    ];
  });
  return [
    "set -eu",
    "mount -t tmpfs none /srv",
    "mount -t tmpfs none /opt",
    `mkdir -p /srv/image && mount --bind ${quoted(programs)} /srv/image`,
    `mount --bind ${quoted(hosts)} /etc/hosts`,
    ...mounts,
    ...service.tmpfs.map((path) => `mount -t tmpfs -o noexec,nosuid,nodev none ${quoted(path)}`),
    "mount -o remount,bind,ro /",
    "cd /",
    `exec setpriv --no-new-privs --bounding-set -all --inh-caps -all -- "$@"`,
  ].join("\n");
}

interface Running {
  readonly child: ChildProcess;
  readonly environment: NodeJS.ProcessEnv;
}

/** @param programs folder of Fabric's programs, which stand for the images' own */
export class NamespaceEngine implements ContainerEngine {
  readonly #programs: string;
  readonly #logs: string;
  readonly #running = new Map<string, Running>();

  constructor(programs: string, logs: string) {
    this.#programs = programs;
    this.#logs = logs;
    mkdirSync(logs, { recursive: true });
  }

  get names(): string[] {
    return [...this.#running.keys()].sort();
  }

  async up(file: string, services: readonly string[]): Promise<void> {
    const document = JSON.parse(readFileSync(file, "utf8")) as ComposeFile;
    const hosts = join(this.#logs, "hosts");
    writeFileSync(hosts, ["127.0.0.1 localhost", ...Object.keys(document.services).map((name) => `127.0.0.1 ${name}`), ""].join("\n"));
    await Promise.all(services.map((name) => this.#start(file, name, document.services[name], hosts)));
  }

  async #start(file: string, name: string, service: Service | undefined, hosts: string): Promise<void> {
    if (service === undefined) throw new Error(`the Compose file has no service ${name}`);
    if (this.#running.has(name)) return;
    const environment: NodeJS.ProcessEnv = {
      NODE_ENV: "production",
      PATH: `/srv/image:${dirname(process.execPath)}:/usr/bin:/bin`,
      ...Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, interpolated(value)])),
    };
    const command = service.command.map(interpolated);
    const child = spawn("unshare", [...NAMESPACE, "sh", "-c", script(file, service, this.#programs, hosts), name, ...command], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(join(this.#logs, `${name}.log`), { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#running.set(name, { child, environment });
    const end = Date.now() + UP_WITHIN_MS;
    while (!this.#isHealthy(name, service)) {
      if (child.exitCode !== null || Date.now() > end) {
        throw new Error(`${name} did not become healthy:\n${readFileSync(join(this.#logs, `${name}.log`), "utf8").slice(-1500)}`);
      }
      await sleep(250);
    }
  }

  /** The file's own check, inside. */
  #isHealthy(name: string, { healthcheck }: Service): boolean {
    const running = this.#running.get(name);
    if (running?.child.pid === undefined || running.child.exitCode !== null) return false;
    const [, ...test] = healthcheck.test;
    const inside = ["--target", String(running.child.pid), "--mount", "--", ...test.map(interpolated)];
    return spawnSync("nsenter", inside, { env: running.environment, timeout: 5_000 }).status === 0;
  }

  async remove(_file: string, services: readonly string[]): Promise<void> {
    await Promise.all(services.map((name) => this.#end(name)));
  }

  async down(): Promise<void> {
    await this.remove("", this.names);
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    if (running === undefined || running.child.exitCode !== null || running.child.signalCode !== null) return;
    const gone = new Promise((resolve) => running.child.once("exit", resolve));
    running.child.kill("SIGTERM");
    const timer = setTimeout(() => running.child.kill("SIGKILL"), 15_000);
    await gone;
    clearTimeout(timer);
  }
}
