/** The channel's birth: genesis block, ordering nodes join, peers join. Each step is left out where it was done before. */
import { existsSync, renameSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Administrator } from "./administrator";
import type { FabricBinaries } from "./binaries";
import { PROFILE } from "./config/channel";
import { NetworkError } from "./errors";
import { configtxFolder, genesisFile } from "./prepare";
import { run } from "./run";
import type { Topology } from "./topology";

/** Makes block 0 once: it holds the organisations' roots, and everyone pins it. */
export async function makeGenesis(topology: Topology, binaries: FabricBinaries): Promise<void> {
  const file = genesisFile(topology);
  if (existsSync(file)) return;
  const args = [
    "-profile",
    PROFILE,
    "-channelID",
    topology.channel,
    "-outputBlock",
    `${file}.next`,
    "-configPath",
    configtxFolder(topology),
  ];
  await run(binaries, "configtxgen", args);
  renameSync(`${file}.next`, file);
}

/** Every ordering node joins the channel; waits until each says that it takes part. */
export async function joinOrderers(topology: Topology, binaries: FabricBinaries): Promise<void> {
  const { orderers, host, channel } = topology;
  const nodes = orderers.flatMap((organisation) => organisation.nodes.map((node) => ({ organisation, node })));
  await Promise.all(
    nodes.map(async ({ organisation, node }) => {
      const osnadmin = async (...args: string[]): Promise<{ status: number; text: string }> => {
        const at = ["-o", `${host}:${node.ports.admin}`, "--ca-file", organisation.tlsRoot];
        const as = ["--client-cert", organisation.adminTls.certificate, "--client-key", organisation.adminTls.privateKey];
        const { stdout } = await run(binaries, "osnadmin", ["channel", ...args, ...at, ...as]);
        return { status: Number(/^Status: (\d+)/m.exec(stdout)?.[1]), text: stdout };
      };
      const isJoined = async () => (await osnadmin("list", "--channelID", channel)).status === 200;
      if (await isJoined()) return;
      const { status, text } = await osnadmin("join", "--channelID", channel, "--config-block", genesisFile(topology));
      if (status !== 201) throw new NetworkError("COMMAND_FAILED", `${node.name} did not join ${channel}: ${text}`, "read its log");
    }),
  );
}

/** Every peer joins the channel with the same genesis block. */
export async function joinPeers(topology: Topology, binaries: FabricBinaries): Promise<void> {
  for (const organisation of topology.organisations) {
    const administrator = new Administrator(topology, binaries, organisation);
    for (const node of organisation.peers) {
      const { stdout } = await administrator.peer(["channel", "list"], node);
      if (stdout.split("\n").includes(topology.channel)) continue;
      await administrator.peer(["channel", "join", "-b", genesisFile(topology)], node);
    }
  }
}

/** Until a leader orders: before, a broadcast is answered SERVICE_UNAVAILABLE. */
export async function untilOrdering(topology: Topology, binaries: FabricBinaries, withinMs = 30_000): Promise<void> {
  const [organisation] = topology.organisations;
  if (organisation === undefined) throw new Error("the network has no organisation");
  const administrator = new Administrator(topology, binaries, organisation);
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      await administrator.peer(["channel", "fetch", "0", "/dev/null", "-c", topology.channel, ...administrator.orderer()]);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(300);
    }
  }
}
