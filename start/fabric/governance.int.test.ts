/** Who can do what on real Fabric: one organisation, two that collude, all of them (docs/decisions/0140). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@grpc/grpc-js";
import { type Gateway, hash, connect as openGateway, signers } from "@hyperledger/fabric-gateway";
import { common } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serializeIdentity } from "../../ledger/msp/identity";
import { signData } from "../../ledger/msp/signature";
import type { Issued } from "../../ledger/testing/material";
import { commitCode, submit } from "../../ledger/testing/raw";
import { canonicalJson } from "../../lib/domain/canonical-json";
import { ssccCheckDigit } from "../../lib/domain/sscc";
import { readConfig } from "../../lib/evidence/config-block";
import { digestBlock, parseBlock } from "../../lib/fabric/block";
import { type Connection, connect } from "../../lib/fabric/connection";
import { readNetwork } from "../../lib/fabric/network";
import { FOUNDING_TERMS } from "../../lib/messages/agreement";
import type { Role } from "../../lib/messages/names";
import { Contradiction } from "../../lib/projection/contradiction";
import { Runner } from "../../lib/projection/runner";
import { ledgerHeight, openLedger } from "../../lib/projection/start";
import { createTestDatabase } from "../../lib/store/testing";
import { Administrator } from "../../network/administrator";
import type { FabricBinaries } from "../../network/binaries";
import { Lifecycle } from "../../network/lifecycle";
import type { PeerOrganisation } from "../../network/topology";
import { issueIdentity, openIssuer } from "../../organisation/ca";
import { invent, issuedFrom, lenientContract, runContract } from "../testing/colluding";
import { describeFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { contractPart } from "./network";

const [VALID, POLICY_FAILURE] = [0, 10];
const IDS = ["authority", "shipper", "recipient"] as const;

/** A network for one group of tests, and what its parties can do. */
function useNetwork(binaries: FabricBinaries) {
  let network: TestFabric;
  let connection: Connection;
  const gateways: Gateway[] = [];
  let serial = 0;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    connection = await connect(await readNetwork(network.networkFile));
  });
  afterAll(async () => {
    for (const gateway of gateways) gateway.close();
    connection?.close();
    await network?.end();
  });

  const organisation = (id: string): PeerOrganisation => {
    const found = network.topology.organisations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no organisation ${id}`);
    return found;
  };
  const peerOf = (id: string): Issued => {
    const [node] = organisation(id).peers;
    if (node === undefined) throw new Error("no peer");
    return issuedFrom(organisation(id).mspId, node.identity);
  };
  const clientOf = (id: string): Client => {
    const found = connection.peers.find(({ name }) => name === `peer0.${id}`)?.client;
    if (found === undefined) throw new Error("no connection");
    return found;
  };
  async function person(id: string, role: Role): Promise<Issued> {
    const out = join(network.layout.people, `${role}-${id}`);
    await issueIdentity(await openIssuer(network.layout.organisation(id)), {
      type: "client",
      commonName: `${role}@${id}`,
      role,
      name: role,
      out,
    });
    return issuedFrom(organisation(id).mspId, { certificate: join(out, "cert.pem"), privateKey: join(out, "key.pem") });
  }
  async function contractAs(id: string, role: Role) {
    const issued = await person(id, role);
    const identity = { mspId: issued.mspId, credentials: Buffer.from(issued.certificate) };
    const signer = signers.newPrivateKeySigner(issued.key);
    const gateway = openGateway({ client: clientOf(id), hash: hash.sha256, identity, signer });
    gateways.push(gateway);
    return gateway.getNetwork("coldchain").getContract("winterseal");
  }
  const sscc = (serial: number): string => {
    const digits = `37612345${String(serial).padStart(9, "0")}`;
    return digits + ssccCheckDigit(digits);
  };
  const shipment = (name: string, number = sscc(++serial)) =>
    canonicalJson({
      ...{ shipment: name, sscc: number, title: "Vaccine", origin: "Basel", destination: "Chur", recipient: "RecipientMSP" },
      profile: "fridge-2-8/1",
    });
  /** Validation code of a shipment's creation that exactly these organisations endorse. */
  async function codeBy(mspIds: string[], argument: string): Promise<number> {
    const contract = await contractAs("shipper", "shipper");
    const proposal = contract.newProposal("shipment:Create", { arguments: [argument], endorsingOrganizations: mspIds });
    const commit = await (await proposal.endorse()).submit();
    return (await commit.getStatus()).code;
  }
  const wrongSscc = (): string => {
    const right = sscc(++serial);
    return right.slice(0, -1) + String((Number(right.slice(-1)) + 1) % 10);
  };
  const refusal = async (action: Promise<unknown>): Promise<string> => {
    const error = await action.then(
      () => undefined,
      (reason: Error & { details?: unknown }) => reason,
    );
    if (error === undefined) throw new Error("it was not refused");
    return `${error.message} ${JSON.stringify(error.details ?? "")}`;
  };
  const genesisHash = (): string => {
    const block = parseBlock(readFileSync(join(network.layout.fabric, "channel", "genesis.block")));
    return Buffer.from(digestBlock(block).headerHash).toString("hex");
  };
  /** Projects everything from block 0 on, orderers' signatures and configurations included; what stops it, or undefined. */
  async function projected(): Promise<Contradiction | undefined> {
    const database = await createTestDatabase();
    const ledger = await openLedger({ network: { ...(await readNetwork(network.networkFile)), genesis: genesisHash() } });
    const done = new AbortController();
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
    try {
      const until = await ledgerHeight(ledger);
      const runner = new Runner({ ...ledger.options, databaseUrl: database.url, log: silent, signal: done.signal, until });
      await runner.run();
      return undefined;
    } catch (error) {
      if (error instanceof Contradiction) return error;
      throw error;
    } finally {
      done.abort();
      ledger.connection.close();
      await database.drop();
    }
  }

  return {
    get network() {
      return network;
    },
    ...{ organisation, peerOf, clientOf, person, contractAs, shipment, wrongSscc, codeBy, refusal, projected },
  };
}

describeFabric("governance", (binaries) => {
  const world = useNetwork(binaries);
  const { organisation, peerOf, clientOf, person, contractAs, shipment, wrongSscc, codeBy, refusal, projected } = world;

  describe("one organisation alone", () => {
    it("writes nothing: its endorsement is too few at commit, however it is repeated", async () => {
      expect(await codeBy(["ShipperMSP"], shipment("alone-1"))).toBe(POLICY_FAILURE);
      const creator = await person("shipper", "shipper");
      const [own, call] = [peerOf("shipper"), ["shipment:Create", shipment("alone-2")]];
      const { proposal, envelope } = invent({
        channel: "coldchain",
        chaincode: "winterseal",
        creator,
        call,
        writes: { ghost: "{}" },
        peers: [own, own],
      });
      await submit(clientOf("shipper"), envelope, "coldchain");
      expect(await commitCode(clientOf("shipper"), creator, proposal.transactionId, "coldchain")).toBe(POLICY_FAILURE);
    });

    it("changes no definition, and two together neither: the lifecycle asks for all", async () => {
      const lifecycle = new Lifecycle(world.network.topology, binaries);
      const next = { version: "2", sequence: 2, policy: "OR('ShipperMSP.peer')" };
      for (const id of ["shipper", "authority"]) {
        await lifecycle.approve(organisation(id), next, world.network.state().contracts[organisation(id).mspId]?.packageId ?? "");
        const administrator = new Administrator(world.network.topology, binaries, organisation("shipper"));
        const peers = IDS.filter((each) => each === "shipper" || each === id).flatMap((each) => {
          const { peers: nodes, tlsRoot } = organisation(each);
          return ["--peerAddresses", `127.0.0.1:${nodes[0]?.ports.grpc}`, "--tlsRootCertFiles", tlsRoot];
        });
        const terms = [
          "--channelID",
          "coldchain",
          "--name",
          "winterseal",
          "--version",
          "2",
          "--sequence",
          "2",
          "--signature-policy",
          next.policy,
        ];
        const said = await refusal(
          administrator.peer(["lifecycle", "chaincode", "commit", ...administrator.orderer(), ...terms, ...peers]),
        );
        expect(said).toMatch(/ENDORSEMENT_POLICY_FAILURE|not agreed to by this org|invalidated with status/);
      }
      expect((await lifecycle.committed(organisation("recipient")))?.sequence).toBe(1);
    });

    it("changes no membership and no policy of the channel, and two together neither", async () => {
      const update = await endorsementUpdate();
      for (const ids of [["shipper"], ["shipper", "authority"]]) {
        const said = await refusal(applyUpdate(update, ids));
        expect(said).toMatch(/policy for|not satisfied|FORBIDDEN|BAD_REQUEST|mod_policy/i);
      }
      await applyUpdate(update, ["shipper", "authority", "recipient"]);
    });
  });

  /** A configuration update that would let one organisation endorse alone. */
  async function endorsementUpdate(): Promise<Uint8Array> {
    const file = join(world.network.data, "config.block");
    const administrator = new Administrator(world.network.topology, binaries, organisation("shipper"));
    await administrator.peer(["channel", "fetch", "config", file, "-c", "coldchain", ...administrator.orderer()]);
    const envelope = common.Block.deserializeBinary(readFileSync(file)).getData()?.getDataList_asU8()[0] ?? new Uint8Array();
    expect([...readConfig(envelope).organisations.keys()].sort()).toEqual(["AuthorityMSP", "OperatorMSP", "RecipientMSP", "ShipperMSP"]);
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
    const application = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8())
      .getConfig()
      ?.getChannelGroup()
      ?.getGroupsMap()
      .get("Application");
    const before = application?.getPoliciesMap().get("Endorsement");
    if (application === undefined || before === undefined) throw new Error("no policy");
    const group = (withPolicy: boolean) => {
      const inner = new common.ConfigGroup();
      inner.setVersion(application.getVersion());
      if (withPolicy) {
        const changed = common.ConfigPolicy.deserializeBinary(before.serializeBinary());
        changed.setVersion(before.getVersion() + 1);
        inner.getPoliciesMap().set("Endorsement", changed);
      }
      const outer = new common.ConfigGroup();
      outer.getGroupsMap().set("Application", inner);
      return outer;
    };
    const update = new common.ConfigUpdate();
    update.setChannelId("coldchain");
    update.setReadSet(group(false));
    update.setWriteSet(group(true));
    return update.serializeBinary();
  }

  /** Signed by these organisations' administrators and sent by the first. */
  async function applyUpdate(update: Uint8Array, ids: string[]): Promise<void> {
    const message = new common.ConfigUpdateEnvelope();
    message.setConfigUpdate(update);
    for (const id of ids) {
      const admin = issuedFrom(organisation(id).mspId, organisation(id).admin);
      const header = new common.SignatureHeader();
      header.setCreator(serializeIdentity(admin.mspId, admin.certificate));
      header.setNonce(Buffer.alloc(24, id.length));
      const signature = new common.ConfigSignature();
      signature.setSignatureHeader(header.serializeBinary());
      signature.setSignature(signData(admin.key, Buffer.concat([header.serializeBinary(), update])));
      message.addSignatures(signature);
    }
    const channelHeader = new common.ChannelHeader();
    channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
    channelHeader.setChannelId("coldchain");
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    payload.setData(message.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    const file = join(world.network.data, "update.pb");
    writeFileSync(file, envelope.serializeBinary());
    const administrator = new Administrator(world.network.topology, binaries, organisation(ids[0] ?? ""));
    await administrator.peer(["channel", "update", "-f", file, "-c", "coldchain", ...administrator.orderer()]);
  }

  describe("all organisations", () => {
    it("found the agreement; from then on Fabric itself asks for the endorsers that it names", async () => {
      const terms = {
        ...FOUNDING_TERMS,
        groups: { ...FOUNDING_TERMS.groups, shipment: { named: ["RecipientMSP", "ShipperMSP"], others: 0 } },
      };
      expect(await codeBy(["AuthorityMSP", "ShipperMSP"], shipment("before"))).toBe(VALID);
      for (const id of IDS) {
        const contract = await contractAs(id, "signatory");
        await contract.submitTransaction("governance:Agree", canonicalJson({ version: 1, terms } as never));
      }
      expect(await codeBy(["AuthorityMSP", "ShipperMSP"], shipment("after-1"))).toBe(POLICY_FAILURE);
      expect(await codeBy(["RecipientMSP", "ShipperMSP"], shipment("after-2"))).toBe(VALID);
    });

    it("need not be named by the client: the Gateway plans by the guard's policy", async () => {
      const contract = await contractAs("shipper", "shipper");
      await contract.submitTransaction("shipment:Create", shipment("planned"));
      expect(await projected()).toBeUndefined();
    });

    it("loosen nothing when only two of them sign", async () => {
      for (const id of ["authority", "shipper"]) {
        const contract = await contractAs(id, "signatory");
        await contract.submitTransaction("governance:Agree", canonicalJson({ version: 2, terms: FOUNDING_TERMS } as never));
      }
      expect(await codeBy(["AuthorityMSP", "ShipperMSP"], shipment("after-3"))).toBe(POLICY_FAILURE);
      expect(await projected()).toBeUndefined();
    });
  });

  describe("a changed contract", () => {
    it("of one organisation at its own address endorses nothing that another confirms; of two it is committed, and exposed", async () => {
      const lenient = await lenientContract();
      const running: { stop(): Promise<void> }[] = [];
      const replace = async (id: string) => {
        await world.network.processes.stop(`contract-${id}`);
        const { packageId = "", address = "" } = world.network.state().contracts[organisation(id).mspId] ?? {};
        const part = contractPart(process.cwd(), organisation(id), { packageId, address, code: lenient.script });
        running.push(await runContract(lenient.script, part.env as Record<string, string>));
      };
      try {
        const wrong = shipment("lenient", wrongSscc());
        await replace("shipper");
        expect(await refusal(codeBy(["RecipientMSP", "ShipperMSP"], wrong))).toMatch(/ARGUMENT_INVALID|do not match/);
        await replace("recipient");
        let code: number | undefined;
        for (let attempt = 0; attempt < 20 && code === undefined; attempt++) {
          code = await codeBy(["RecipientMSP", "ShipperMSP"], wrong).catch(() => undefined);
          if (code === undefined) await new Promise((resolve) => setTimeout(resolve, 500));
        }
        expect(code).toBe(VALID);
        const found = await projected();
        expect(found?.message).toContain("the ledger took what the rules refuse with ARGUMENT_INVALID");
      } finally {
        await Promise.all(running.map((each) => each.stop()));
        lenient.remove();
      }
    });
  });
});

describeFabric("two organisations' keys", (binaries) => {
  const { peerOf, clientOf, person, shipment, projected } = useNetwork(binaries);

  it("commit an invented write set as VALID without any contract; the projection halts and names it", async () => {
    const creator = await person("shipper", "shipper");
    const { proposal, envelope } = invent({
      ...{ channel: "coldchain", chaincode: "winterseal", creator },
      call: ["shipment:Create", shipment("invented")],
      writes: { "shipment~ghost": "{}" },
      peers: [peerOf("authority"), peerOf("shipper")],
    });
    await submit(clientOf("shipper"), envelope, "coldchain");
    expect(await commitCode(clientOf("shipper"), creator, proposal.transactionId, "coldchain")).toBe(VALID);
    const found = await projected();
    expect(found?.place.transaction).toBe(proposal.transactionId);
    expect(found?.message).toMatch(/rules do not give|not what the rules give/);
  });
});
