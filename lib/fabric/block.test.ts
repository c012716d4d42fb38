import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { headerHash as ledgersHeaderHash } from "../../ledger/wire/block";
import { TestLedger } from "../projection/testing/ledger";
import { TestSensor } from "../projection/testing/trip";
import { decodeBlock, digestBlock, headerHash, parseBlock } from "./block";

let bytes: Uint8Array;
let config: Uint8Array;

beforeAll(async () => {
  const ledger = await TestLedger.create();
  const sensor = await TestSensor.register(ledger, "probe-1");
  await sensor.send([5000, 5100]);
  const block = ledger.cut();
  bytes = block.serializeBinary();
  config = (ledger.blocks[0] ?? block).serializeBinary();
});

describe("a block", () => {
  test("is taken apart down to the bytes that were signed", () => {
    const block = decodeBlock(parseBlock(bytes));
    const [transaction] = block.transactions;
    expect(block).toMatchObject({ number: 2, dataHashHolds: true });
    if (transaction?.kind !== "endorser") throw new TypeError("not an endorser transaction");
    expect(transaction).toMatchObject({ validationCode: 0, function: "batch:Record", channel: "coldchain", response: { status: 200 } });
    expect(transaction.chaincode).toEqual({ header: "winterseal", invoked: "winterseal", endorsed: "winterseal" });
    expect(transaction.proposalHash.endorsed).toEqual(Uint8Array.from(transaction.proposalHash.actual));
    expect(transaction.creator.mspId).toBe("AuthorityMSP");
    expect(transaction.endorsements.map(({ identity }) => identity.mspId)).toEqual(["AuthorityMSP", "ShipperMSP"]);
    expect(transaction.sets[0]?.writes.map(({ key }) => key)).toContain("head~probe-1");
    expect(transaction.event?.name).toBe("BatchRecorded");
  });

  test("may hold configuration", () => {
    expect(decodeBlock(parseBlock(config)).transactions).toMatchObject([{ kind: "other", type: 1, validationCode: 0 }]);
  });

  test("is hashed as Fabric hashes headers, at every size of number", () => {
    const header = fc.record({
      number: fc.maxSafeNat(),
      previousHash: fc.uint8Array({ maxLength: 200 }),
      dataHash: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(header, (value) => {
        expect(Buffer.from(headerHash(value)).toString("hex")).toBe(ledgersHeaderHash(value).toString("hex"));
      }),
      { seed: 63 },
    );
  });

  test("whose data was altered does not hold", () => {
    const block = parseBlock(bytes);
    const [envelope] = block.getData()?.getDataList_asU8() ?? [];
    block.getData()?.setDataList([Uint8Array.from([...(envelope ?? []), 0x18, 0x01])]);
    const decoded = decodeBlock(block);
    expect(decoded.dataHashHolds).toBe(false);
    expect(decoded.transactions[0]).toMatchObject({ kind: "unreadable" });
  });

  test("without a header is refused by name of the fault", () => {
    expect(() => digestBlock(parseBlock(new Uint8Array(0)))).toThrow(expect.objectContaining({ code: "BLOCK_MALFORMED" }));
  });
});

test("mutated bytes give a decoded block, an unreadable transaction or BLOCK_MALFORMED, never anything else", () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.option(fc.nat(), { freq: 4 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let mutated = Uint8Array.from(bytes);
      for (const { at, to, cut } of changes) {
        if (mutated.length > 0) mutated[at % mutated.length] = to;
        if (cut !== null) mutated = mutated.subarray(0, cut % (mutated.length + 1));
      }
      try {
        for (const transaction of decodeBlock(parseBlock(mutated)).transactions)
          expect(["endorser", "other", "unreadable"]).toContain(transaction.kind);
      } catch (error) {
        expect(error).toMatchObject({ code: "BLOCK_MALFORMED" });
      }
    }),
    { seed: 64, numRuns: 2_000 },
  );
});
