import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Network, networkSchema } from "../messages/network";

/**
 * Reads `network.json` and makes every path in it absolute (relative ones are relative to the file).
 * @throws Error naming the file and the field when it is missing, no JSON or not a network.
 */
export async function readNetwork(file: string): Promise<Network> {
  const path = resolve(file);
  const text = await readFile(path, "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error });
  }
  const parsed = networkSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${path}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a network"}`);
  }
  return resolvePaths(parsed.data, dirname(path));
}

function resolvePaths(network: Network, folder: string): Network {
  const at = (path: string) => resolve(folder, path);
  return {
    ...network,
    organisations: network.organisations.map((organisation) => ({
      ...organisation,
      root: at(organisation.root),
      endorsers: organisation.endorsers.map(at),
      peers: organisation.peers.map((peer) => (peer.tlsRoot === undefined ? peer : { ...peer, tlsRoot: at(peer.tlsRoot) })),
    })),
    operator: {
      ...network.operator,
      certificate: at(network.operator.certificate),
      privateKey: at(network.operator.privateKey),
    },
  };
}
