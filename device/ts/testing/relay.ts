/** A proxy whose every answer a test can replace, and the parties around it. */
import { fromHex, utf8 } from "../bytes";
import { type ClientSettings, LightClient } from "../client";
import { nodeCrypto } from "../crypto-node";
import type { FromBody, ToBody } from "../link-messages";
import { endorsedPayload, endorsement, openProposal } from "./endorse";
import { createParty, type Party } from "./party";

export const [sensor, other, authority, shipper, recipient, stranger] = (await Promise.all([
  createParty("AuthorityMSP", "sensor-1"),
  createParty("AuthorityMSP", "sensor-2"),
  createParty("AuthorityMSP", "peer0.authority"),
  createParty("ShipperMSP", "peer0.shipper"),
  createParty("RecipientMSP", "peer0.recipient"),
  createParty("ShipperMSP", "peer0.shipper"),
])) as [Party, Party, Party, Party, Party, Party];
export const settings: ClientSettings = {
  channel: "coldchain",
  chaincode: "winterseal",
  version: "1.0",
  endorsements: 2,
  endorsers: [authority, shipper, recipient].map(({ mspId, certificate }) => ({ mspId, certificate })),
};
export const NOW = 1_790_000_000_123;

export class Relay {
  readonly sent: FromBody[] = [];
  transactionId = "";
  hash = new Uint8Array(0);
  result = utf8('{"result":"recorded"}');
  onProposal = async (payload: Uint8Array): Promise<ToBody> => ({
    type: "endorsed",
    payload,
    endorsements: [await endorsement(authority, payload), await endorsement(shipper, payload)],
  });
  onTransaction = async (): Promise<ToBody> => this.committed();
  onStatus = async (): Promise<ToBody> => this.committed();

  committed(change: { transactionId?: Uint8Array; validationCode?: number } = {}): ToBody {
    return { type: "committed", transactionId: fromHex(this.transactionId), block: 7, validationCode: 0, ...change };
  }
  readonly request = async (body: FromBody) => {
    this.sent.push(body);
    return { ...(await this.#answer(body)), request: 0 };
  };
  async #answer(body: FromBody): Promise<ToBody> {
    switch (body.type) {
      case "sendTXP":
      case "read": {
        const opened = openProposal(body.signedProposal);
        this.transactionId = opened.transactionId;
        this.hash = opened.hash;
        const answer = await this.onProposal(endorsedPayload(opened.hash, { result: this.result }));
        return body.type === "read" && answer.type === "endorsed" ? { ...answer, type: "answer" } : answer;
      }
      case "sendTX":
        return this.onTransaction();
      case "status":
        return this.onStatus();
      case "hello":
        return { type: "time", milliseconds: NOW };
    }
  }
}

export const openClient = (relay: Relay): Promise<LightClient> =>
  LightClient.open({ signer: sensor.signer, link: relay, crypto: nodeCrypto(), now: () => NOW }, settings);
