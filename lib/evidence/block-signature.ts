/**
 * The orderers' signatures on a block, judged by the configuration in force before it (Fabric `protoutil.BlockSignatureVerifier`). They cover the header
 * and so every transaction; the validity flags stand outside them (fabric.md): those take two organisations' peers.
 */
import { concat } from "../../device/ts/bytes";
import type { Crypto } from "../../device/ts/crypto";
import { derToRaw } from "../../device/ts/der";
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../messages/errors";
import { type BlockHeader, type ChannelConfig, headerBytes } from "./config-block";
import { type Signers, satisfies } from "./config-policy";
import type { Member, Members } from "./members";

/** `common.BlockMetadataIndex.SIGNATURES` */
const SIGNATURES = 0;

/** The `SIGNATURES` part of a block's metadata (`common.BlockMetadata`); empty when there is none. */
export const signaturesIn = (metadata: Uint8Array): Uint8Array => new ProtoReader(metadata).repeated(1)[SIGNATURES] ?? new Uint8Array();

/** More consenters than any channel has: a bound on the work that one block can cause. */
const MAX_SIGNATURES = 64;

/**
 * @param signatures `SIGNATURES` metadata of the block
 * @param members of the same configuration ({@link Members.ofConfig})
 * @throws WintersealError SIGNATURE_INVALID unless those who signed satisfy the channel's policy for blocks
 */
export async function verifyBlockSignature(
  header: BlockHeader,
  signatures: Uint8Array,
  config: ChannelConfig,
  members: Members,
  verify: Crypto["verify"],
): Promise<void> {
  const orderer = config.group.groups.get("Orderer");
  const signers = await signersOf(header, signatures, config, members, verify);
  if (orderer === undefined || !satisfies(orderer, "BlockValidation", signers))
    throw new WintersealError("SIGNATURE_INVALID", "the orderers of this channel did not sign the block", { block: header.number });
}

async function signersOf(
  header: BlockHeader,
  signatures: Uint8Array,
  config: ChannelConfig,
  members: Members,
  verify: Crypto["verify"],
): Promise<Signers> {
  const metadata = new ProtoReader(signatures);
  const signers = new Map<string, Signers[number]>();
  for (const bytes of metadata.repeated(2).slice(0, MAX_SIGNATURES)) {
    const signature = new ProtoReader(bytes);
    const named = signerOf(signature, config);
    if (named === undefined) continue;
    const message = concat(metadata.bytes(1), named.header, headerBytes(header));
    const member = await members.identify(named.mspId, named.pem).catch(asStranger);
    if (member !== undefined && (await holds(verify, member, message, signature.bytes(2))))
      signers.set(`${named.mspId}\n${named.pem}`, { ...member, pem: named.pem });
  }
  return [...signers.values()];
}

/** `common.MetadataSignature`: the signer's certificate, or its number among the consenters (BFT). */
function signerOf(
  signature: ProtoReader,
  { consenters }: ChannelConfig,
): { readonly mspId: string; readonly pem: string; readonly header: Uint8Array } | undefined {
  const [header, numbered] = [signature.bytes(1), signature.bytes(3)];
  if (header.length > 0) {
    const creator = new ProtoReader(new ProtoReader(header).bytes(1));
    return { mspId: creator.string(1), pem: creator.string(2), header };
  }
  const id = new ProtoReader(numbered).uint(1);
  const consenter = numbered.length === 0 ? undefined : consenters.find((each) => each.id === id);
  return consenter && { mspId: consenter.mspId, pem: new TextDecoder().decode(consenter.certificate), header: numbered };
}

function asStranger(error: unknown): undefined {
  if (!(error instanceof WintersealError)) throw error;
  return undefined;
}

async function holds(verify: Crypto["verify"], { spki }: Member, message: Uint8Array, der: Uint8Array): Promise<boolean> {
  let raw: Uint8Array;
  try {
    raw = derToRaw(der);
  } catch (error) {
    if (error instanceof WintersealError) return false;
    throw error;
  }
  return verify(spki, message, raw);
}
