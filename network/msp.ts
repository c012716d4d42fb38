/** Membership folders, as Fabric's programs read them. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificatesIn } from "../lib/messages/pem";
import type { KeyPair } from "./topology";

/** Node organisation units: what an identity is stands in its certificate, not in lists of certificates. */
function nodeUnits(isBound: boolean): object {
  // A unit that is bound to one root knows no identity of another: with two roots in force it is bound to none.
  const unit = (name: string) => ({ ...(isBound ? { Certificate: "cacerts/root.pem" } : {}), OrganizationalUnitIdentifier: name });
  return {
    NodeOUs: {
      Enable: true,
      ClientOUIdentifier: unit("client"),
      PeerOUIdentifier: unit("peer"),
      AdminOUIdentifier: unit("admin"),
      OrdererOUIdentifier: unit("orderer"),
    },
  };
}

export interface MspMaterial {
  /** File of the root; of both, while one takes over from the other. */
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
  const roots = certificatesIn(readFileSync(root, "utf8"));
  writeRoots(join(folder, "cacerts"), roots);
  if (tlsRoot !== undefined) writeRoots(join(folder, "tlscacerts"), certificatesIn(readFileSync(tlsRoot, "utf8")));
  if (identity !== undefined) {
    put(identity.certificate, "signcerts", "cert.pem");
    put(identity.privateKey, "keystore", "key.pem");
  }
  writeSettings(join(folder, "config.yaml"), nodeUnits(roots.length === 1));
}

/** Fabric reads the first certificate of a file and no other. */
function writeRoots(folder: string, roots: readonly string[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  roots.forEach((pem, index) => {
    writeFileSync(join(folder, index === 0 ? "root.pem" : `root-${index}.pem`), `${pem}\n`);
  });
}

/** Every JSON document is a YAML document, and JSON cannot be misread. */
export function writeSettings(file: string, settings: object): void {
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
}
