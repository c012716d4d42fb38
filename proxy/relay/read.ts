import { ProtoWriter } from "../../device/ts/proto";
import { attestedRead } from "../../lib/fabric/attested-read";
import type { Peers } from "../../lib/fabric/peers";
import type { Endorsed } from "./endorse";

/**
 * An attested read for a device or a person: k organisations' signatures over one answer, as they gave them.
 * @throws FabricError stage `read`
 */
export async function read(peers: Peers, signedProposal: Uint8Array, organisations: number, deadlineMs: number): Promise<Endorsed> {
  const answer = await attestedRead(peers, signedProposal, { organisations, deadlineMs });
  return {
    payload: answer.payload,
    endorsements: answer.endorsements.map(({ endorser, signature }) => new ProtoWriter().bytes(1, endorser).bytes(2, signature).finish()),
  };
}
