/** Membership folders, as Fabric's programs read them. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyPair } from "./topology";

/** Node organisation units: what an identity is stands in its certificate, not in lists of certificates. */
const unit = (name: string) => ({ Certificate: "cacerts/root.pem", OrganizationalUnitIdentifier: name });
const NODE_UNITS = {
  NodeOUs: {
    Enable: true,
    ClientOUIdentifier: unit("client"),
    PeerOUIdentifier: unit("peer"),
    AdminOUIdentifier: unit("admin"),
    OrdererOUIdentifier: unit("orderer"),
  },
};

export interface MspMaterial {
  readonly root: string;
  readonly tlsRoot?: string | undefined;
  /** Absent in a folder that only tells others who belongs to the organisation. */
  readonly identity?: KeyPair | undefined;
}

/** Writes the folder afresh; copies, so that a node reads nothing but its own folder. */
export function writeMsp(folder: string, { root, tlsRoot, identity }: MspMaterial): void {
  rmSync(folder, { recursive: true, force: true });
  const put = (from: string, room: string, name: string) => {
    mkdirSync(join(folder, room), { recursive: true, mode: 0o700 });
    copyFileSync(from, join(folder, room, name));
  };
  put(root, "cacerts", "root.pem");
  if (tlsRoot !== undefined) put(tlsRoot, "tlscacerts", "root.pem");
  if (identity !== undefined) {
    put(identity.certificate, "signcerts", "cert.pem");
    put(identity.privateKey, "keystore", "key.pem");
  }
  writeSettings(join(folder, "config.yaml"), NODE_UNITS);
}

/** Every JSON document is a YAML document, and JSON cannot be misread. */
export function writeSettings(file: string, settings: object): void {
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
}
