/** What the command line does with a network in containers; there is no supervisor of ours: the engine keeps its containers running. */
import { readFileSync } from "node:fs";
import { chooseBinaries } from "../../network/binaries";
import { type ContractChange, changeContract, rollBackContract } from "../../network/change";
import { FABRIC_RELEASES } from "../../network/compose/images";
import type { NetworkState } from "../../network/state";
import {
  ContainerHost,
  type ContainersOptions,
  composeFileOf,
  dockerEngine,
  materialOf,
  refuseWithoutCompose,
  upContainers,
  writeContainers,
} from "./containers";
import { bundleFile } from "./network";

export class Containers {
  readonly #options: ContainersOptions;
  readonly #release: string | undefined;
  readonly #engine = dockerEngine();

  /** @param release `2.5` or `3.1`; the newest that is pinned, or found, unless it is said */
  constructor(options: ContainersOptions, release: string | undefined) {
    this.#options = options;
    this.#release = release;
  }

  /** Needs neither an engine nor Fabric's programs. */
  async write(): Promise<void> {
    const major = this.#release?.startsWith("2") ? 2 : 3;
    const file = await writeContainers(this.#options, { version: FABRIC_RELEASES[major], major });
    const services = Object.keys((JSON.parse(readFileSync(file, "utf8")) as { services: object }).services);
    this.#options.say(`${file}: ${services.length} services (${services.join(", ")}).`);
    this.#options.say("docker compose --file FILE config checks it; npm run network:up starts it and makes the channel.");
  }

  async up(): Promise<void> {
    refuseWithoutCompose();
    const { layout, say } = this.#options;
    const { topology } = await upContainers(this.#options, chooseBinaries(this.#release), this.#engine);
    say(`Up in containers: ${layout.network}, ${topology.organisations.length} organisations; network:down stops them.`);
  }

  async down(): Promise<void> {
    await this.#engine.down(composeFileOf(this.#options.layout));
    this.#options.say("Stopped. Everything is kept; network:up goes on from here.");
  }

  async upgrade(change: Partial<ContractChange>): Promise<string> {
    return told(await changeContract(...(await this.#change()), { bundle: bundleFile(this.#options.root), ...change }));
  }

  async rollBack(): Promise<string> {
    return told(await rollBackContract(...(await this.#change())));
  }

  async #change() {
    const binaries = chooseBinaries(this.#release);
    const topology = await materialOf(this.#options);
    return [topology, binaries, new ContainerHost(this.#options, topology, binaries.major, this.#engine)] as const;
  }
}

const told = ({ definition }: NetworkState): string =>
  `The contract's version ${definition.version} is in force (sequence ${definition.sequence}).`;
