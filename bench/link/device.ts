/** The light client over MQTT, in full form (the paper's messages) and in compact form. */
import { LightClient } from "../../device/ts/client";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { countedNonces } from "../../device/ts/nonces";
import { keySigner } from "../../device/ts/signer-node";
import { expectRecorded } from "./expect";
import type { Recorder, Task } from "./task";

export async function openDevice(task: Task, compact: boolean): Promise<Recorder> {
  const { id, certificate, key, channel, chaincode, endorsements, endorsers } = task;
  const link = new MqttLink({ ...task.mqtt, id, certificate, key, compact });
  const crypto = nodeCrypto();
  const client = await LightClient.open(
    { signer: keySigner("AuthorityMSP", certificate, key), link, crypto, now: Date.now, nonce: countedNonces(crypto.random) },
    { channel, chaincode, endorsements, endorsers },
  );
  await client.time();
  return {
    record: async (batch, moment) => {
      await client.transact("batch:Record", [batch, moment], (result) => expectRecorded(task, batch, result));
    },
    close: () => link.close(),
  };
}
