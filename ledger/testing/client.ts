/** The public fabric-gateway client, unchanged, as tests use it. */
import { Client, credentials } from "@grpc/grpc-js";
import { connect, type Gateway, hash, type Network } from "@hyperledger/fabric-gateway";
import { signData } from "../msp/signature";
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
  // A pool of its own: tests restart ledgers on the same address, and another client's back-off is not ours.
  const connection = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const signer = async (message: Uint8Array) => signData(issued.key, message);
  // Without hashing of its own the client hands whole messages to the signer, so that the platform's crypto can sign them.
  const gateway = connect({ client: connection, identity: identityOf(issued), signer, hash: hash.none });
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
