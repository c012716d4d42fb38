/**
 * An agreement's requirement as Fabric's key-level policy (`common.SignaturePolicyEnvelope`), encoded here so that endorsers, projection and verifiers
 * get the same bytes from the same words.
 */
import { ByteWriter } from "../domain/bytes";
import type { Requirement } from "../messages/agreement";

const LENGTH = 2;
/** `msp.MSPRole.PEER` */
const PEER = 3;

const field = (number: number, content: Uint8Array): Uint8Array =>
  new ByteWriter()
    .unsigned(number * 8 + LENGTH)
    .unsigned(content.length)
    .raw(content)
    .finish();
const number = (index: number, value: number): Uint8Array =>
  new ByteWriter()
    .unsigned(index * 8)
    .unsigned(value)
    .finish();
const join = (...parts: readonly Uint8Array[]): Uint8Array => parts.reduce((writer, part) => writer.raw(part), new ByteWriter()).finish();

/** `SignaturePolicy.signed_by`; a member of a oneof is written also when it is 0. */
const signedBy = (index: number): Uint8Array => number(1, index);
/** `SignaturePolicy.n_out_of` */
const outOf = (n: number, rules: readonly Uint8Array[]): Uint8Array => field(2, join(number(1, n), ...rules.map((rule) => field(2, rule))));

/** `msp.MSPPrincipal` with classification ROLE (0, left out): a peer of the organisation. */
const peerOf = (mspId: string): Uint8Array => field(2, join(field(1, new TextEncoder().encode(mspId)), number(2, PEER)));

/** Every named organisation's peer, and `others` of the remaining organisations' peers. */
export function keyPolicy({ named, others }: Requirement, organisations: readonly string[]): Uint8Array {
  const rest = organisations.filter((id) => !named.includes(id));
  const each = named.map((_, index) => signedBy(index));
  const some =
    others === 0
      ? []
      : [
          outOf(
            others,
            rest.map((_, index) => signedBy(named.length + index)),
          ),
        ];
  const rule = outOf(each.length + some.length, [...each, ...some]);
  return join(field(2, rule), ...[...named, ...rest].map((mspId) => field(3, peerOf(mspId))));
}
