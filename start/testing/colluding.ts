/** What dishonest organisations would do with their own keys and processes, for tests that show what comes of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type common, peer } from "@hyperledger/fabric-protos";
import { build } from "esbuild";
import { serializeIdentity } from "../../ledger/msp/identity";
import { signData } from "../../ledger/msp/signature";
import type { Issued } from "../../ledger/testing/material";
import { type BuiltProposal, buildProposal, buildTransaction } from "../../ledger/testing/raw";
import { sha256 } from "../../ledger/wire/bytes";
import { encodeReadWriteSet } from "../../ledger/wire/rwset";
import type { KeyPair } from "../../network/topology";

/** An identity on disk in the form of the ledger's test helpers. */
export function issuedFrom(mspId: string, { certificate, privateKey }: KeyPair): Issued {
  const key = readFileSync(privateKey, "utf8");
  return { mspId, certificate: readFileSync(certificate, "utf8"), privateKey: key, key: createPrivateKey(key), serial: "" };
}

export interface Invented {
  readonly channel: string;
  readonly chaincode: string;
  /** Signs the call, honestly. */
  readonly creator: Issued;
  readonly call: readonly (string | Uint8Array)[];
  readonly writes: Readonly<Record<string, string>>;
  /** Peers whose keys sign the write set; no contract runs. */
  readonly peers: readonly Issued[];
}

/** A transaction whose write set was made up: what its peers sign, no contract gave. */
export function invent({ channel, chaincode, creator, call, writes, peers }: Invented): {
  proposal: BuiltProposal;
  envelope: common.Envelope;
} {
  const proposal = buildProposal(creator, { channel, chaincode, args: call });
  const results = encodeReadWriteSet([
    {
      namespace: chaincode,
      reads: [],
      ranges: [],
      writes: Object.entries(writes)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value: Buffer.from(value) })),
      metadata: [],
    },
  ]);
  const payload = responsePayload(proposal, chaincode, results);
  const endorsements = peers.map((each) => {
    const endorser = serializeIdentity(each.mspId, each.certificate);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(endorser);
    endorsement.setSignature(signData(each.key, Buffer.concat([payload, endorser])));
    return endorsement;
  });
  return { proposal, envelope: buildTransaction(creator, proposal, payload, endorsements) };
}

function responsePayload({ header, payload }: BuiltProposal, chaincode: string, results: Uint8Array): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  id.setVersion("1");
  const response = new peer.Response();
  response.setStatus(200);
  const action = new peer.ChaincodeAction();
  action.setResults(results);
  action.setResponse(response);
  action.setChaincodeId(id);
  const result = new peer.ProposalResponsePayload();
  result.setProposalHash(sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payload));
  result.setExtension$(action.serializeBinary());
  return result.serializeBinary();
}

export interface ChangedContract {
  /** Bundle of the changed contract. */
  readonly script: string;
  remove(): void;
}

/** The real contract with one rule taken out: any number passes for an SSCC. */
export async function lenientContract(): Promise<ChangedContract> {
  mkdirSync("node_modules/.cache", { recursive: true });
  // Inside the working tree: packages are found from there.
  const folder = mkdtempSync("node_modules/.cache/lenient-");
  const script = join(folder, "chaincode.cjs");
  await build({
    entryPoints: ["chaincode/src/main.ts"],
    bundle: true,
    platform: "node",
    packages: "external",
    format: "cjs",
    outfile: script,
    logLevel: "error",
    plugins: [
      {
        name: "without a rule",
        setup({ onLoad }) {
          onLoad({ filter: /lib\/domain\/sscc\.ts$/ }, () => ({ contents: "export const isSscc = () => true;", loader: "ts" }));
        },
      },
    ],
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a contract process in place of an organisation's own; resolves when it serves. */
export async function runContract(script: string, env: Readonly<Record<string, string>>): Promise<{ stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the contract process ended with ${code}`)));
    child.stdout?.on("data", (bytes: Buffer) => {
      if (bytes.toString().includes('"ready":true')) resolve();
    });
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit").once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}
