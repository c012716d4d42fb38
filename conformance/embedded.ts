/** The embedded ledger as a target: its own process, three contract processes, identities from roots made for the run. */
import { Client, credentials } from "@grpc/grpc-js";
import { CHAINCODE, CHANNEL, createNetwork, OPERATOR, ORDERER, ORGANISATIONS } from "../ledger/testing/network";
import type { Target } from "./target";

const MAX_BYTES = 4 * 1024 * 1024;

/** Starts the ledger and its contracts; `close` ends them and deletes their data. */
export async function openEmbedded(): Promise<Target> {
  // Blocks are cut as Fabric cuts them, so that what may happen between ordering and commit can happen here too.
  const network = await createNetwork({ blocks: { cutWhenIdle: false, timeoutMs: 200, maxBytes: MAX_BYTES } });
  try {
    await network.startContracts();
    await network.startLedger();
  } catch (cause) {
    await network.remove();
    throw cause;
  }
  return {
    name: "embedded",
    release: "embedded ledger",
    channel: CHANNEL,
    chaincode: CHAINCODE,
    organisations: ORGANISATIONS.map((mspId, index) => ({ mspId, address: network.address(index) })),
    operatorMspId: OPERATOR,
    ordererMspId: ORDERER,
    maxBytes: MAX_BYTES,
    connect: (index, options = {}) =>
      new Client(network.address(index), credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.max_receive_message_length": 16 * 1024 * 1024,
        ...options,
      }),
    mint: (mspId, mint) => network.authority(mspId).issue(mint),
    close: () => network.remove(),
  };
}
