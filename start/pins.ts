/** What this set-up pins of its channel, once it is there: the genesis block's hash, and who must endorse what. Kept over restarts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { digestBlock } from "../lib/fabric/block";
import { deliverBlocks } from "../lib/fabric/blocks";
import { connect } from "../lib/fabric/connection";
import { readIdentity } from "../lib/fabric/identity-node";
import { readNetwork } from "../lib/fabric/network";
import { FOUNDING_TERMS, type Terms } from "../lib/messages/agreement";
import { termsSchema } from "../lib/messages/agreement-schema";
import type { Network } from "../lib/messages/network";
import { openIssuer } from "../organisation/ca";
import { agreementInForce, consent, openSignatory, signatoryOf } from "../organisation/consent";
import { type Layout, ORGANISATIONS, writeWhole } from "./layout";

const schema = z.strictObject({ genesis: z.string().optional(), agreement: termsSchema.optional() });
type Pins = z.infer<typeof schema>;

const fileOf = ({ data }: Layout): string => join(data, "pins.json");
const kept = (layout: Layout): Pins => (existsSync(fileOf(layout)) ? schema.parse(JSON.parse(readFileSync(fileOf(layout), "utf8"))) : {});

/** The part of `network.json` that is pinned; until there is an agreement the founding one, which this set-up makes before anything else. */
export function pinsOf(layout: Layout): Pick<Network, "genesis" | "agreement"> {
  const { genesis, agreement = FOUNDING_TERMS } = kept(layout);
  return { agreement, ...(genesis !== undefined && { genesis }) };
}

function pin(layout: Layout, pins: Pins): void {
  writeWhole(fileOf(layout), JSON.stringify({ ...kept(layout), ...pins }, null, 2));
  const network = JSON.parse(readFileSync(layout.network, "utf8")) as Network;
  writeWhole(layout.network, JSON.stringify({ ...network, ...pinsOf(layout) }, null, 2));
}

/**
 * Pins the genesis block that every organisation's peer shows, at the first start. From then on another chain is refused.
 * @throws Error when two organisations show different ones
 */
export async function pinGenesis(layout: Layout): Promise<void> {
  if (kept(layout).genesis !== undefined) return;
  const network = await readNetwork(layout.network);
  const identity = await readIdentity(network.operator.mspId, network.operator.certificate, network.operator.privateKey);
  const connection = await connect(network);
  const enough = new AbortController();
  try {
    const hashes = new Set<string>();
    for (const peer of connection.peers) {
      for await (const block of deliverBlocks(peer, { channel: network.channel, identity, from: 0n, signal: enough.signal })) {
        hashes.add(Buffer.from(digestBlock(block).headerHash).toString("hex"));
        break;
      }
    }
    const [genesis, ...others] = hashes;
    if (genesis === undefined || others.length > 0) throw new Error("the organisations' peers show different genesis blocks");
    pin(layout, { genesis });
  } finally {
    enough.abort();
    connection.close();
  }
}

/** Has every organisation's signatory sign the founding agreement where none is in force; one that is in force is taken over. */
export async function foundAgreement(layout: Layout, relay: string): Promise<void> {
  const signatories = await Promise.all(
    ORGANISATIONS.map(async ({ id }) => ({
      ...(await signatoryOf(await openIssuer(layout.organisation(id)))),
      network: layout.network,
      relay,
    })),
  );
  const [first] = signatories;
  if (first === undefined) return;
  const inForce = async (): Promise<Terms | undefined> => (await agreementInForce(await openSignatory(first)))?.terms;
  if ((await inForce()) === undefined) for (const signatory of signatories) await consent(signatory, FOUNDING_TERMS);
  const agreement = await inForce();
  if (agreement === undefined) throw new Error("the organisations' agreement did not come into force");
  pin(layout, { agreement: termsSchema.parse(agreement) });
}
