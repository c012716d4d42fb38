/**
 * An organisation's own contract package: where its contract process listens, and which code it says to run there. The peer cannot check the
 * latter (decision 0103); that all organisations approved the same code is a statement on the channel.
 */
import { createHash } from "node:crypto";
import { tarGz } from "./archive";

export interface ContractPackage {
  /** Package id: what the organisation approves and its contract process is started with. */
  readonly id: string;
  readonly label: string;
  readonly bytes: Buffer;
}

/**
 * @param label name and version, `winterseal_1`; 0-9 A-Z a-z . + - _
 * @param address host:port of the organisation's contract process
 * @param code SHA-256 of the contract's bundle, hex
 */
export function contractPackage(label: string, address: string, code: string): ContractPackage {
  const connection = { address, dial_timeout: "10s", tls_required: true, client_auth_required: true };
  const bytes = tarGz({
    "metadata.json": JSON.stringify({ type: "ccaas", label }),
    "code.tar.gz": tarGz({ "connection.json": JSON.stringify(connection), "contract.json": JSON.stringify({ sha256: code }) }),
  });
  return { id: `${label}:${createHash("sha256").update(bytes).digest("hex")}`, label, bytes };
}
