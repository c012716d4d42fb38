/** The public fabric-gateway client, unchanged, as tests use it. */
import { Client, credentials } from "@grpc/grpc-js";
import { connect, type Gateway, hash, type Network, signers } from "@hyperledger/fabric-gateway";
import type { Issued } from "./material";
import { CHANNEL } from "./network";

export interface TestClient {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly connection: Client;
  close(): void;
}

export function identityOf(issued: Issued): { mspId: string; credentials: Uint8Array } {
  return { mspId: issued.mspId, credentials: Buffer.from(issued.certificate) };
}

export function connectClient(address: string, issued: Issued): TestClient {
  const connection = new Client(address, credentials.createInsecure());
  const gateway = connect({
    client: connection,
    identity: identityOf(issued),
    signer: signers.newPrivateKeySigner(issued.key),
    hash: hash.sha256,
  });
  return {
    gateway,
    network: gateway.getNetwork(CHANNEL),
    connection,
    close() {
      gateway.close();
      connection.close();
    },
  };
}
