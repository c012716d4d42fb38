import type { Stage } from "../messages/link";

/**
 * How long each stage may take, ms. An error names the stage (fabric-gateway #294 shows what it costs when it does not).
 * `commit` covers a Fabric orderer's usual batch timeout (2 s) many times over and ends before a device gives up by itself.
 */
export type Deadlines = Readonly<Record<Exclude<Stage, "receive">, number>>;

export const DEADLINES: Deadlines = {
  endorse: 10_000,
  submit: 10_000,
  commit: 30_000,
  read: 10_000,
};
