/** What a running contract asks its peer for, answered from one simulation (Fabric `core/chaincode/handler.go`). */
import { ledger, peer } from "@hyperledger/fabric-protos";
import type { StateEntry, StateIterator } from "../store/state-view";
import { decodeKeyRequest, decodePutState } from "../wire/chaincode-message";
import type { Simulator } from "./simulator";

const TYPE = peer.ChaincodeMessage.Type;
/** Results that travel in one message; more are fetched by QUERY_STATE_NEXT. */
const RESULTS_PER_MESSAGE = 100;
/** Fabric's `ledger.state.totalQueryLimit`. */
const TOTAL_RESULTS = 100_000;

type KeyRequest = ReturnType<typeof decodeKeyRequest>;

interface OpenQuery {
  readonly iterator: StateIterator;
  pending: StateEntry[];
  returned: number;
}

/** Calls of other contracts: only system contracts can be called here. Answers with the callee's `peer.Response`. */
export type SystemCall = (chaincode: string, args: readonly Uint8Array[]) => peer.Response;

/** One proposal's dealings with its contract. */
export class ContractSession {
  readonly #namespace: string;
  readonly #simulator: Simulator;
  readonly #systemCall: SystemCall;
  readonly #queries = new Map<string, OpenQuery>();
  #nextQuery = 1;

  constructor(namespace: string, simulator: Simulator, systemCall: SystemCall) {
    this.#namespace = namespace;
    this.#simulator = simulator;
    this.#systemCall = systemCall;
  }

  /**
   * Payload of the answer to one request; a promise only where the state has to be iterated.
   * @throws Error whose message goes to the contract.
   */
  handle(type: number, payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    switch (type) {
      case TYPE.GET_STATE:
        return this.#getState(decodeKeyRequest(payload));
      case TYPE.PUT_STATE:
        return this.#putState(decodePutState(payload));
      case TYPE.DEL_STATE:
        return this.#deleteState(decodeKeyRequest(payload));
      case TYPE.GET_STATE_METADATA:
        return this.#getMetadata(decodeKeyRequest(payload));
      case TYPE.PUT_STATE_METADATA:
        return this.#putMetadata(peer.PutStateMetadata.deserializeBinary(payload));
      case TYPE.GET_STATE_BY_RANGE:
        return this.#openRange(peer.GetStateByRange.deserializeBinary(payload));
      case TYPE.QUERY_STATE_NEXT:
        return this.#nextResults(peer.QueryStateNext.deserializeBinary(payload).getId());
      case TYPE.QUERY_STATE_CLOSE:
        return this.#closeQuery(peer.QueryStateClose.deserializeBinary(payload).getId());
      case TYPE.INVOKE_CHAINCODE:
        return this.#invoke(peer.ChaincodeSpec.deserializeBinary(payload));
      case TYPE.GET_QUERY_RESULT:
        throw new Error("ExecuteQuery not supported for leveldb");
      default:
        throw new Error(`message type ${type} is not supported by the embedded ledger`);
    }
  }

  /** Closes what the contract left open. */
  async close(): Promise<void> {
    this.#queries.clear();
    await this.#simulator.close();
  }

  #getState({ key, collection }: KeyRequest): Uint8Array {
    refuseCollection(collection);
    return this.#simulator.get(this.#namespace, key) ?? new Uint8Array();
  }

  #putState({ key, value, collection }: KeyRequest & { value: Uint8Array }): Uint8Array {
    refuseCollection(collection);
    // A copy: the bytes lie in a chunk of the stream that would otherwise be kept whole.
    this.#simulator.put(this.#namespace, key, Uint8Array.from(value));
    return new Uint8Array();
  }

  #deleteState({ key, collection }: KeyRequest): Uint8Array {
    refuseCollection(collection);
    this.#simulator.delete(this.#namespace, key);
    return new Uint8Array();
  }

  #getMetadata({ key, collection }: KeyRequest): Uint8Array {
    refuseCollection(collection);
    const result = new peer.StateMetadataResult();
    for (const { name, value } of this.#simulator.metadata(this.#namespace, key)) {
      const entry = new peer.StateMetadata();
      entry.setMetakey(name);
      entry.setValue(value);
      result.addEntries(entry);
    }
    return result.serializeBinary();
  }

  #putMetadata(request: peer.PutStateMetadata): Uint8Array {
    refuseCollection(request.getCollection());
    const metadata = request.getMetadata();
    const entries = metadata === undefined ? [] : [{ name: metadata.getMetakey(), value: metadata.getValue_asU8() }];
    this.#simulator.setMetadata(this.#namespace, request.getKey(), entries);
    return new Uint8Array();
  }

  #openRange(request: peer.GetStateByRange): Promise<Uint8Array> {
    refuseCollection(request.getCollection());
    const metadata = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
    const pageSize = metadata.getPagesize();
    const paged = pageSize > 0 || metadata.getBookmark() !== "";
    const start = paged && metadata.getBookmark() !== "" ? metadata.getBookmark() : request.getStartkey();
    if (paged) return this.#page(start, request.getEndkey(), pageSize);
    const iterator = this.#simulator.range(this.#namespace, start, request.getEndkey());
    const id = String(this.#nextQuery++);
    this.#queries.set(id, { iterator, pending: [], returned: 0 });
    return this.#nextResults(id);
  }

  async #page(start: string, end: string, pageSize: number): Promise<Uint8Array> {
    const limit = pageSize > 0 ? Math.min(pageSize, TOTAL_RESULTS) : TOTAL_RESULTS;
    const { entries, bookmark } = await this.#simulator.page(this.#namespace, start, end, limit);
    const page = new peer.QueryResponseMetadata();
    page.setBookmark(bookmark);
    page.setFetchedRecordsCount(entries.length);
    return this.#response(entries, false, "", page.serializeBinary());
  }

  async #nextResults(id: string): Promise<Uint8Array> {
    const query = this.#queries.get(id);
    if (query === undefined) throw new Error("query iterator not found");
    while (query.returned < TOTAL_RESULTS) {
      const entry = await query.iterator.next();
      if (entry === undefined) break;
      query.returned++;
      query.pending.push(entry);
      if (query.pending.length > RESULTS_PER_MESSAGE) {
        const batch = query.pending.splice(0, RESULTS_PER_MESSAGE);
        return this.#response(batch, true, id);
      }
    }
    this.#queries.delete(id);
    await query.iterator.close();
    return this.#response(query.pending, false, id);
  }

  #response(entries: readonly StateEntry[], more: boolean, id: string, metadata?: Uint8Array): Uint8Array {
    const response = new peer.QueryResponse();
    response.setResultsList(
      entries.map((entry) => {
        const kv = new ledger.queryresult.KV();
        kv.setNamespace(this.#namespace);
        kv.setKey(entry.key);
        kv.setValue(entry.value);
        const result = new peer.QueryResultBytes();
        result.setResultbytes(kv.serializeBinary());
        return result;
      }),
    );
    response.setHasMore(more);
    response.setId(id);
    if (metadata !== undefined) response.setMetadata(metadata);
    return response.serializeBinary();
  }

  async #closeQuery(id: string): Promise<Uint8Array> {
    const query = this.#queries.get(id);
    if (query !== undefined) {
      this.#queries.delete(id);
      await query.iterator.close();
    }
    const response = new peer.QueryResponse();
    response.setHasMore(false);
    response.setId(id);
    return response.serializeBinary();
  }

  /** The answer is a whole chaincode message, as the shim expects it. */
  #invoke(spec: peer.ChaincodeSpec): Uint8Array {
    const name = (spec.getChaincodeId()?.getName() ?? "").split(/[:/]/, 1)[0] ?? "";
    const completed = new peer.ChaincodeMessage();
    completed.setType(TYPE.COMPLETED);
    completed.setPayload(this.#systemCall(name, spec.getInput()?.getArgsList_asU8() ?? []).serializeBinary());
    return completed.serializeBinary();
  }
}

function refuseCollection(collection: string): void {
  if (collection !== "") throw new Error("private data collections are not supported by the embedded ledger");
}
