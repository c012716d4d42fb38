/**
 * The real contract behind real endorsements and Fabric's own read and write sets, in one process: payloads as a peer makes them, for the compact
 * form's tests and vectors. One sensor, riding with one shipment.
 */
import { createHash } from "node:crypto";
import { peer } from "@hyperledger/fabric-protos";
import { encodeReadWriteSet, type Read } from "../../../ledger/wire/rwset";
import type { Version } from "../../../ledger/wire/version";
import { execute } from "../../../lib/contract/execute";
import { Book, MINUTE, sensorIdentity } from "../../../lib/contract/testing/book";
import type { Outcome } from "../../../lib/contract/types";
import type { FunctionName } from "../../../lib/messages/functions";
import { fromHex, fromUtf8 } from "../bytes";
import type { Link } from "../link";
import type { FromBody, ToMessage } from "../link-messages";
import { endorsement, openProposal } from "./endorse";
import type { Party } from "./party";

interface Pending {
  readonly outcome: Outcome;
  readonly payload: Uint8Array;
}

export class ContractLedger implements Link {
  readonly book = new Book();
  readonly #sensor: string;
  readonly #endorsers: readonly Party[];
  readonly #versions = new Map<string, Version>();
  readonly #pending = new Map<string, Pending>();
  /** Of the contract's definition: another after an upgrade. */
  version = "1";
  /** Blocks by others between two of the sensor's, and transactions before it in its block. */
  traffic = { blocks: 0, transactions: 0 };
  block = 10;
  /** Transaction ids, in order of commit. */
  readonly committed: string[] = [];
  readonly asked: FromBody["type"][] = [];

  constructor(sensor: string, endorsers: readonly Party[]) {
    this.#sensor = sensor;
    this.#endorsers = endorsers;
  }

  async prepare(): Promise<void> {
    await this.book.register(this.#sensor);
    await this.book.create("trip-1");
    await this.book.assign("trip-1", this.#sensor, this.book.now - 30 * MINUTE);
    for (const key of this.book.state.keys()) this.#versions.set(key, { block: 4, transaction: 0 });
  }

  /** Somebody else writes a key. */
  touch(key: string): void {
    this.block += 1;
    this.#versions.set(key, { block: this.block, transaction: 3 });
  }

  async request(body: FromBody): Promise<ToMessage> {
    this.asked.push(body.type);
    switch (body.type) {
      case "hello":
        return { type: "time", request: 0, milliseconds: this.book.now };
      case "status":
        return this.#notice(Buffer.from(body.transactionId).toString("hex"));
      case "sendTX":
        return this.#commit(body.envelope);
      case "sendTXP":
      case "read": {
        const payload = await this.#simulate(body.signedProposal);
        const endorsements = await Promise.all(this.#endorsers.map((party) => endorsement(party, payload)));
        return { type: body.type === "read" ? "answer" : "endorsed", request: 0, payload, endorsements };
      }
    }
  }

  async #simulate(signedProposal: Uint8Array): Promise<Uint8Array> {
    const { args, channelHeader, hash, transactionId } = openProposal(signedProposal);
    const name = fromUtf8(args[0] ?? new Uint8Array(0)) as FunctionName;
    const timestamp = channelHeader.getTimestamp()?.toDate().getTime() ?? 0;
    const reads = new Map<string, Read>();
    const view = {
      get: async (key: string) => {
        reads.set(key, { key, version: this.#versions.get(key) });
        return this.book.state.get(key);
      },
    };
    const call = { name, args: args.slice(1), creator: sensorIdentity(this.#sensor), transactionId, timestamp };
    const outcome = await execute(call, view, { windowMs: 300_000 });
    const payload = this.#payload(hash, transactionId, outcome, [...reads.values()]);
    this.#pending.set(transactionId, { outcome, payload });
    return payload;
  }

  /** As Fabric's endorser writes it (core/endorser, and kvledger's simulator for the sets). */
  #payload(proposalHash: Uint8Array, transactionId: string, outcome: Outcome, reads: readonly Read[]): Uint8Array {
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    const writes = [...outcome.writes].map(([key, value]) => ({ key, value }));
    const lifecycle = { key: "namespaces/fields/winterseal/Sequence", version: { block: Number(this.version), transaction: 0 } };
    const action = new peer.ChaincodeAction();
    action.setResults(
      encodeReadWriteSet([
        { namespace: "_lifecycle", reads: [lifecycle], ranges: [], writes: [], metadata: [] },
        { namespace: "winterseal", reads: [...reads].sort(byKey), ranges: [], writes, metadata: [] },
      ]),
    );
    if (outcome.event !== undefined) {
      const event = new peer.ChaincodeEvent();
      event.setChaincodeId("winterseal");
      event.setTxId(transactionId);
      event.setEventName(outcome.event.name);
      event.setPayload(outcome.event.payload);
      action.setEvents(event.serializeBinary());
    }
    const response = new peer.Response();
    response.setStatus(200);
    response.setPayload(outcome.result);
    action.setResponse(response);
    const id = new peer.ChaincodeID();
    id.setName("winterseal");
    id.setVersion(this.version);
    action.setChaincodeId(id);
    const payload = new peer.ProposalResponsePayload();
    payload.setProposalHash(proposalHash);
    payload.setExtension$(action.serializeBinary());
    return payload.serializeBinary();
  }

  #commit(envelope: Uint8Array): ToMessage {
    const id = [...this.#pending.keys()].find((one) => Buffer.from(envelope).includes(one)) ?? "";
    const pending = this.#pending.get(id);
    if (pending !== undefined && Buffer.from(envelope).includes(Buffer.from(pending.payload))) {
      this.block += 1 + this.traffic.blocks;
      for (const [key, value] of pending.outcome.writes) {
        this.book.state.set(key, value);
        this.#versions.set(key, { block: this.block, transaction: this.traffic.transactions });
      }
      this.committed.push(id);
    }
    this.#pending.clear();
    return this.#notice(id);
  }

  #notice(id: string): ToMessage {
    const transactionId = this.committed.includes(id) ? fromHex(id) : new Uint8Array(createHash("sha256").digest());
    return { type: "committed", request: 0, transactionId, block: this.block, validationCode: 0 };
  }
}
