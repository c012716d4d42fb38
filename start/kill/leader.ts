import { FABRIC_OFFSET } from "../engine";
import { ordererPorts } from "../fabric/ports";
import { ORGANISATIONS } from "../layout";

const LEADS = /^consensus_etcdraft_is_leader\{[^}]*\} 1$/m;

/** Name of the ordering node that leads, as its own metrics say; undefined while none does. */
export async function leaderOf(webPort: number): Promise<string | undefined> {
  for (const [index, { id }] of ORGANISATIONS.entries()) {
    const { operations } = ordererPorts(webPort + FABRIC_OFFSET, index);
    const answer = await fetch(`http://127.0.0.1:${operations}/metrics`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok && LEADS.test(await answer.text())) return `orderer.${id}`;
  }
  return undefined;
}
