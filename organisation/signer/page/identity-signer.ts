import type { Signer } from "../../../device/ts/signer";
import { webSigner } from "../../../device/ts/signer-web";
import { WintersealError } from "../../../lib/messages/errors";
import type { StoredIdentity } from "./keystore";
import { unlockKey } from "./passkey";

/** Signs as a stored identity. A locked key is unlocked by its person at the first signature, and stays so for what this signer signs. */
export function identitySigner(identity: StoredIdentity, mspId: string): Signer {
  let opened: Promise<Signer> | undefined;
  const open = async (): Promise<Signer> => webSigner({ mspId, certificate: identity.certificate }, await keyOf(identity));
  return {
    mspId,
    certificate: identity.certificate,
    async sign(message) {
      opened ??= open();
      return (await opened).sign(message);
    },
  };
}

async function keyOf({ key, lock }: StoredIdentity): Promise<CryptoKey> {
  if (lock !== undefined) return unlockKey(lock);
  if (key !== undefined) return key;
  throw new WintersealError("SIGNER_NOT_ENROLLED");
}
