/** The query system contract (Fabric `core/scc/qscc/query.go`): blocks, transactions and the height, for the channel's readers. */
import { common, peer } from "@hyperledger/fabric-protos";
import type { ChainStore } from "../store/chain-store";
import { readEnvelopes } from "../wire/block";

export const QSCC = "qscc";
export const SYSTEM_VERSION = "syscc";
const FUNCTIONS: ReadonlySet<string> = new Set([
  "GetChainInfo",
  "GetBlockByNumber",
  "GetBlockByHash",
  "GetTransactionByID",
  "GetBlockByTxID",
]);

function success(payload: Uint8Array): peer.Response {
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(payload);
  return response;
}

export function failure(message: string): peer.Response {
  const response = new peer.Response();
  response.setStatus(500);
  response.setMessage(message);
  return response;
}

/** What qscc says to another contract that calls it: Fabric refuses, since its locks could block each other. */
export function refusalToContract(caller: string): peer.Response {
  return failure(`Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, original invocation for '${caller}'`);
}

export function chainInfo(store: ChainStore): common.BlockchainInfo {
  const info = new common.BlockchainInfo();
  info.setHeight(store.height);
  info.setCurrentblockhash(store.headerHash);
  info.setPreviousblockhash(store.previousHash);
  return info;
}

/**
 * @param args function, channel and, except for GetChainInfo, what to look for.
 * @param refused why the caller is no channel reader; undefined = is one.
 */
export async function querySystem(
  store: ChainStore,
  channel: string,
  args: readonly Uint8Array[],
  refused: string | undefined,
): Promise<peer.Response> {
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  const name = Buffer.from(args[0] ?? []).toString();
  const wanted = Buffer.from(args[1] ?? []).toString();
  if (name !== "GetChainInfo" && args.length < 3) return failure(`missing 3rd argument for ${name}`);
  if (wanted !== channel) return failure(`Invalid chain ID, ${wanted}`);
  if (!FUNCTIONS.has(name)) return failure(`access denied for [${name}][${wanted}]: [Unmapped policy for qscc/${name}]`);
  if (refused !== undefined) return failure(`access denied for [${name}][${wanted}]: [${refused}]`);
  const subject = Buffer.from(args[2] ?? []);
  switch (name) {
    case "GetChainInfo":
      return success(chainInfo(store).serializeBinary());
    case "GetBlockByNumber":
      return await blockByNumber(store, subject.toString());
    case "GetBlockByHash":
      return await blockByHash(store, subject);
    case "GetBlockByTxID":
      return await blockByTransaction(store, subject.toString());
    case "GetTransactionByID":
      return await transactionById(store, subject.toString());
    default:
      return failure(`Requested function ${name} not found.`);
  }
}

async function blockByNumber(store: ChainStore, text: string): Promise<peer.Response> {
  if (!/^\d{1,15}$/.test(text)) {
    return failure(`Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const bytes = await store.readBlock(Number(text));
  return bytes === undefined
    ? failure(`Failed to get block number ${text}, error no such block number [${text}] in index`)
    : success(bytes);
}

async function blockByHash(store: ChainStore, hash: Buffer): Promise<peer.Response> {
  const number = await store.findBlockByHash(hash);
  const bytes = number === undefined ? undefined : await store.readBlock(number);
  return bytes === undefined
    ? failure(`Failed to get block hash ${hash.toString()}, error no such block hash [${hash.toString("hex")}] in index`)
    : success(bytes);
}

async function blockByTransaction(store: ChainStore, id: string): Promise<peer.Response> {
  const entry = store.findTransaction(id);
  const bytes = entry && (await store.readBlock(entry.block));
  return bytes === undefined
    ? failure(`Failed to get block for txID ${id}, error no such transaction ID [${id}] in index`)
    : success(bytes);
}

async function transactionById(store: ChainStore, id: string): Promise<peer.Response> {
  const entry = store.findTransaction(id);
  const bytes = entry && (await store.readBlock(entry.block));
  const envelope = entry && bytes && readEnvelopes(common.Block.deserializeBinary(bytes))[entry.position];
  if (entry === undefined || envelope === undefined) {
    return failure(`Failed to get transaction with id ${id}, error no such transaction ID [${id}] in index`);
  }
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(envelope));
  processed.setValidationcode(entry.code);
  return success(processed.serializeBinary());
}
