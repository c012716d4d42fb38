/** All cases, in the order of the table. */
import type { Case } from "../case";
import { chainCases } from "./chain";
import { commitCases } from "./commits";
import { concurrencyCases } from "./concurrency";
import { contractCases } from "./contract";
import { endorserCases } from "./endorser";
import { limitCases } from "./limits";
import { proposalCases } from "./proposals";
import { senderCases } from "./senders";
import { statusCases } from "./status";
import { streamCases } from "./streams";
import { submitCases } from "./submit";

export const CASES: readonly Case[] = [
  ...senderCases,
  ...proposalCases,
  ...commitCases,
  ...concurrencyCases,
  ...submitCases,
  ...statusCases,
  ...streamCases,
  ...chainCases,
  ...endorserCases,
  ...contractCases,
  ...limitCases,
];
