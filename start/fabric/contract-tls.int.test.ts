/** Mutual TLS between a peer and its organisation's contract process: neither talks to a stranger. */
import { type ChildProcess, spawn } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as dial, type SecureVersion } from "node:tls";
import { Client, credentials } from "@grpc/grpc-js";
import { connect, type EndorseError, hash, signers } from "@hyperledger/fabric-gateway";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KeyPair, PeerOrganisation } from "../../network/topology";
import { describeNewestFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { bundleFile, contractPart } from "./network";

describeNewestFabric("peer and contract process", (binaries) => {
  let network: TestFabric;
  let authority: PeerOrganisation;
  let shipper: PeerOrganisation;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    [authority, shipper] = network.topology.organisations as [PeerOrganisation, PeerOrganisation];
  });
  afterAll(() => network?.end());

  /** What becomes of a TLS connection to the authority's contract: "open", or why it was closed. */
  function connectContract(shown?: KeyPair, minVersion: SecureVersion = "TLSv1.2"): Promise<string> {
    const [host, port] = authority.contract.address.split(":");
    return new Promise((resolve) => {
      const socket = dial({
        host,
        port: Number(port),
        servername: "contract.authority",
        ca: readFileSync(authority.tlsRoot),
        minVersion,
        // With 1.2 a refused client certificate fails the handshake itself.
        maxVersion: "TLSv1.2",
        ALPNProtocols: ["h2"],
        ...(shown && { cert: readFileSync(shown.certificate), key: readFileSync(shown.privateKey) }),
      });
      socket.once("secureConnect", () => {
        socket.end();
        resolve("open");
      });
      socket.once("error", ({ message }) => resolve(message));
      socket.once("close", () => resolve("closed"));
    });
  }

  /** Asks the authority's own peer alone to endorse. */
  async function endorseAtAuthority(): Promise<string> {
    const [peer] = authority.peers;
    const client = new Client(`127.0.0.1:${peer?.ports.grpc}`, credentials.createSsl(readFileSync(authority.tlsRoot)), {
      "grpc.ssl_target_name_override": peer?.name ?? "",
    });
    const gateway = connect({
      client,
      hash: hash.sha256,
      identity: { mspId: authority.mspId, credentials: readFileSync(authority.monitor.certificate) },
      signer: signers.newPrivateKeySigner(createPrivateKey(readFileSync(authority.monitor.privateKey))),
      endorseOptions: () => ({ deadline: Date.now() + 15_000 }),
    });
    const { channel, chaincode, probe } = network.topology;
    try {
      const proposal = gateway
        .getNetwork(channel)
        .getContract(chaincode)
        .newProposal(probe.name, {
          arguments: [...probe.args],
          endorsingOrganizations: [authority.mspId],
        });
      await proposal.endorse();
      return "endorsed";
    } catch (error) {
      return JSON.stringify([(error as EndorseError).message, (error as EndorseError).details]);
    } finally {
      gateway.close();
      client.close();
    }
  }

  it("meet by the certificates of their own organisation", async () => {
    expect(await connectContract(authority.peers[0]?.tls)).toBe("open");
    expect(await endorseAtAuthority()).toBe("endorsed");
  });

  it("the contract refuses whoever shows no certificate, or another organisation's", async () => {
    expect(await connectContract()).not.toBe("open");
    expect(await connectContract(shipper.peers[0]?.tls)).not.toBe("open");
  });

  it("the peer refuses a process at the contract's address that is another organisation's", async () => {
    await network.processes.stop("contract-authority");
    const state = network.state().contracts[authority.mspId];
    const impostor = {
      ...contractPart(process.cwd(), shipper, {
        packageId: state?.packageId ?? "",
        address: state?.address ?? "",
        code: bundleFile(process.cwd()),
      }),
    };
    const child: ChildProcess = spawn(impostor.command, impostor.args, {
      env: { ...process.env, ...impostor.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      expect(await endorseAtAuthority()).toMatch(/certificate|handshake|could not launch|connection/i);
    } finally {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await gone;
    }
    await network.processes.restart("contract-authority");
    await expect.poll(endorseAtAuthority, { timeout: 30_000, interval: 500 }).toBe("endorsed");
  });
});
