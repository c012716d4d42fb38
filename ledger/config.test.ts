import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type LedgerConfigInput, parseLedgerConfig, readLedgerConfig } from "./config";

const settings: LedgerConfigInput = {
  channel: "coldchain",
  chaincode: { name: "winterseal" },
  data: "ledger",
  endorsements: 1,
  orderer: { mspId: "OrdererMSP", root: "o.pem", certificate: "o-cert.pem", privateKey: "o.key" },
  organisations: [
    {
      mspId: "AMSP",
      root: "a.pem",
      peer: { name: "peer0.a", certificate: "p.pem", privateKey: "p.key", listen: "127.0.0.1:0" },
      contract: { address: "127.0.0.1:4131", packageId: "winterseal_1:a" },
    },
  ],
};

test("resolves relative paths against the settings file's folder", () => {
  const config = parseLedgerConfig(settings, "/data");
  expect(config.data).toBe("/data/ledger");
  expect(config.organisations[0]?.peer.certificate).toBe("/data/p.pem");
  expect(config.orderer.root).toBe("/data/o.pem");
});

test("fills in what Fabric has as defaults", () => {
  const config = parseLedgerConfig(settings, "/data");
  expect(config.windowMs).toBe(15 * 60_000);
  expect(config.blocks.cutWhenIdle).toBe(true);
  expect(config.chaincode).toEqual({ name: "winterseal", version: "1", sequence: 1 });
});

test("refuses a policy that nobody can satisfy, and the same organisation twice", () => {
  expect(() => parseLedgerConfig({ ...settings, endorsements: 2 }, "/")).toThrow(/more than there are organisations/);
  expect(() => parseLedgerConfig({ ...settings, readers: [{ mspId: "AMSP", root: "a.pem" }] }, "/")).toThrow(/stands twice/);
});

test("fails at boot with the variable's or the setting's name", () => {
  expect(() => readLedgerConfig({})).toThrow(/WINTERSEAL_LEDGER is not set/);
  expect(() => readLedgerConfig({ WINTERSEAL_LEDGER: "/nowhere/ledger.json" })).toThrow(/WINTERSEAL_LEDGER names .*cannot be read/);
  const file = join(mkdtempSync(join(tmpdir(), "winterseal-config-")), "ledger.json");
  writeFileSync(file, JSON.stringify({ ...settings, channel: "Not A Channel" }));
  expect(() => readLedgerConfig({ WINTERSEAL_LEDGER: file })).toThrow(/channel/);
});
