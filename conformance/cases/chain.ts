/** The chain itself, recomputed from delivered blocks: what a verifier with nothing but bytes relies on. */
import { common, msp } from "@hyperledger/fabric-protos";
import { parseCertificate } from "../../ledger/msp/certificate";
import { verifyBy } from "../../ledger/msp/identity";
import { nextCommitHash } from "../../ledger/validator/commit-hash";
import { BlockUpdates } from "../../ledger/validator/mvcc";
import {
  dataHash,
  headerBytes,
  headerHash,
  METADATA,
  readCommitHash,
  readEnvelopes,
  readHeader,
  readMetadata,
} from "../../ledger/wire/block";
import { decodeReadWriteSet } from "../../ledger/wire/rwset";
import { CODE, HEADER_TYPE, unpackAction, unpackEnvelope } from "../../ledger/wire/transaction";
import type { Bench } from "../bench";
import type { Case } from "../case";
import { seekBlocks } from "../streams";

async function allBlocks(bench: Bench, index = 0): Promise<common.Block[]> {
  await bench.transact("put", bench.key("chain"), "1");
  return await seekBlocks(bench, { start: 0, stop: (await bench.height(index)) - 1 }, "Deliver", index);
}

/** Whether one of the block's signatures verifies with the certificate that stands in it. */
function signatureVerifies(block: common.Block): boolean {
  const metadata = common.Metadata.deserializeBinary(readMetadata(block, METADATA.signatures));
  return metadata.getSignaturesList().some((signature) => {
    const header = signature.getSignatureHeader_asU8();
    const creator = common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
    const identity = msp.SerializedIdentity.deserializeBinary(creator);
    const certificate = parseCertificate(Buffer.from(identity.getIdBytes_asU8()).toString());
    const signed = Buffer.concat([metadata.getValue_asU8(), header, headerBytes(readHeader(block))]);
    return verifyBy(
      { mspId: identity.getMspid(), certificate, role: "orderer", problem: () => undefined },
      signed,
      signature.getSignature_asU8(),
    );
  });
}

/** State changes of a block's valid transactions, in Fabric's order; undefined if it changes what has no public value (private data). */
function updatesOf(block: common.Block): BlockUpdates {
  const updates = new BlockUpdates();
  const codes = readMetadata(block, METADATA.transactionsFilter);
  for (const [position, bytes] of readEnvelopes(block).entries()) {
    const header = unpackEnvelope(common.Envelope.deserializeBinary(bytes));
    if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION || codes[position] !== CODE.VALID) continue;
    const sets = decodeReadWriteSet(unpackAction(header).action.getResults_asU8());
    updates.apply(sets, { block: readHeader(block).number, transaction: position });
  }
  return updates;
}

export const chainCases: readonly Case[] = [
  {
    id: "chain/hashes",
    title: "headers link, data hashes fit, and the orderer's signature verifies over header and metadata",
    why: "Evidence and projection check every block by these rules.",
    async run(bench) {
      const blocks = await allBlocks(bench);
      const every = (check: (block: common.Block, index: number) => boolean) => blocks.every(check);
      return {
        numbers: every((block, index) => readHeader(block).number === index),
        links: every((block, index) => {
          const before = blocks[index - 1];
          return before === undefined || Buffer.from(readHeader(block).previousHash).equals(headerHash(readHeader(before)));
        }),
        "data hashes": every((block) => Buffer.from(readHeader(block).dataHash).equals(dataHash(readEnvelopes(block)))),
        signatures: blocks.slice(1).every(signatureVerifies),
        "a validation code for each transaction": every(
          (block) => readMetadata(block, METADATA.transactionsFilter).length === readEnvelopes(block).length,
        ),
      };
    },
  },
  {
    id: "chain/commit-hash",
    title: "the commit hash is the chain over validation codes and state changes, equal on all organisations' peers",
    why: "It proves validity and state, which the block's signature does not cover.",
    async run(bench) {
      const blocks = await allBlocks(bench);
      const others = await Promise.all([1, 2].map((index) => seekBlocks(bench, { start: 0, stop: blocks.length - 1 }, "Deliver", index)));
      const equal = others.every((list) =>
        list.every((block, number) => Buffer.compare(readCommitHash(block), readCommitHash(blocks[number] ?? block)) === 0),
      );
      let recomputed = 0;
      let comparable = 0;
      for (const [number, block] of blocks.entries()) {
        const before = blocks[number - 1];
        if (before === undefined || hasPrivateData(block) || isConfig(block)) continue;
        comparable++;
        const expected = nextCommitHash(
          readCommitHash(before),
          readMetadata(block, METADATA.transactionsFilter),
          updatesOf(block).sorted(),
        );
        if (expected.equals(readCommitHash(block))) recomputed++;
      }
      return {
        "block 0 has": readCommitHash(blocks[0] ?? new common.Block()).length,
        equal,
        recomputed: comparable > 0 && recomputed === comparable,
      };
    },
  },
];

function isConfig(block: common.Block): boolean {
  return readEnvelopes(block).some((bytes) => unpackEnvelope(common.Envelope.deserializeBinary(bytes)).type === HEADER_TYPE.CONFIG);
}

/** Approvals of a contract's definition write into organisations' implicit collections, whose hashed updates count as well. */
function hasPrivateData(block: common.Block): boolean {
  try {
    updatesOf(block);
    return false;
  } catch {
    return true; // `decodeReadWriteSet` refuses collections.
  }
}
