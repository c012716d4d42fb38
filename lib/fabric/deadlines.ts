/**
 * How long each stage may take, ms. An error names the stage (fabric-gateway #294 shows what it costs when it does not).
 * Each ends before the light client's own deadline for it (device/ts/client), so that a device hears the reason instead of silence.
 * `commit` covers a Fabric orderer's usual batch timeout (2 s) several times over.
 */
export interface Deadlines {
  readonly endorse: number;
  readonly submit: number;
  readonly commit: number;
  readonly status: number;
  readonly read: number;
}

export const DEADLINES: Deadlines = {
  endorse: 10_000,
  submit: 5_000,
  commit: 13_000,
  status: 10_000,
  read: 10_000,
};
