import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { readCertificate } from "../../device/ts/certificate";
import { keySigner } from "../../device/ts/signer-node";
import { WintersealError } from "../../lib/messages/errors";
import { createRequest } from "../../organisation/ca";
import { deviceKeys } from "../importer/sensors";

/** Makes the sensor's key at the first call and gives its certificate request, PEM. */
export async function requestFor(folder: string, id: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return createRequest(id, await deviceKeys(path.join(folder, "key.pem")));
}

/** Keeps an identity certificate. @throws WintersealError KEY_MISMATCH, WRONG_SENSOR, ARGUMENT_INVALID; then nothing is kept */
export async function install(folder: string, id: string, certificate: string): Promise<void> {
  keySigner("", certificate, await readFile(path.join(folder, "key.pem"), "utf8"));
  const { commonName } = readCertificate(certificate);
  if (commonName !== id) throw new WintersealError("WRONG_SENSOR", undefined, { certificate: commonName, sensor: id });
  await writeFile(path.join(folder, "cert.pem"), certificate, { mode: 0o644, flush: true });
}
