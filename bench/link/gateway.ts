/** Fabric's own client library for the Gateway service, directly to one peer. */
import { createPrivateKey } from "node:crypto";
import { Client, credentials } from "@grpc/grpc-js";
import { connect, hash, signers } from "@hyperledger/fabric-gateway";
import { expectRecorded } from "./expect";
import type { Recorder, Task } from "./task";

export async function openGateway(task: Task): Promise<Recorder> {
  const [peer] = task.peers;
  if (peer === undefined) throw new Error("no peer");
  const secure = peer.tlsRoot === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(peer.tlsRoot));
  const client = new Client(peer.address, secure, peer.tlsRoot === undefined ? {} : { "grpc.ssl_target_name_override": peer.name });
  const gateway = connect({
    client,
    identity: { mspId: "AuthorityMSP", credentials: Buffer.from(task.certificate) },
    signer: signers.newPrivateKeySigner(createPrivateKey(task.key)),
    hash: hash.sha256,
  });
  const contract = gateway.getNetwork(task.channel).getContract(task.chaincode);
  return {
    async record(batch, moment) {
      const result = await contract.submit("batch:Record", { arguments: [batch, moment] });
      expectRecorded(task, batch, result);
    },
    async close() {
      gateway.close();
      client.close();
    },
  };
}
