/** What is found when a transaction commits: endorsements, contents, ids, expiry. */
import { common, peer } from "@hyperledger/fabric-protos";
import { serializeIdentity } from "../../ledger/msp/identity";
import { signData } from "../../ledger/msp/signature";
import { type Issued, TestAuthority } from "../../ledger/testing/material";
import { buildTransaction, signEnvelope } from "../../ledger/testing/raw";
import type { Bench } from "../bench";
import { codesById } from "../blocks";
import type { Case } from "../case";
import { seekBlocks } from "../streams";

interface Endorsed {
  readonly payload: Uint8Array;
  readonly endorsements: readonly peer.Endorsement[];
}

async function endorsedBy(bench: Bench, signed: peer.SignedProposal, organisations: readonly number[]): Promise<Endorsed> {
  const answers = await bench.answers(signed, organisations);
  return {
    payload: answers[0]?.getPayload_asU8() ?? new Uint8Array(),
    endorsements: answers.flatMap((answer) => answer.getEndorsement() ?? []),
  };
}

function endorsementOf(
  issued: Issued,
  payload: Uint8Array,
  serialized = serializeIdentity(issued.mspId, issued.certificate),
): peer.Endorsement {
  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(serialized);
  endorsement.setSignature(signData(issued.key, Buffer.concat([payload, serialized])));
  return endorsement;
}

/** Code at commit and whether the value was written, of a `put` whose transaction is built by `build`. */
function committed(build: (bench: Bench, endorsed: Endorsed) => Endorsed | Promise<Endorsed>, organisations = [0, 1]): Case["run"] {
  return async (bench) => {
    const key = bench.key("commit");
    const proposal = bench.propose({ args: ["put", key, "written"] });
    const { payload, endorsements } = await build(bench, await endorsedBy(bench, bench.sign(proposal), organisations));
    const envelope = buildTransaction(bench.member.issued, proposal, payload, endorsements);
    const code = await bench.outcome(envelope, proposal.transactionId);
    return { code, written: (await bench.query("get", key)) === "written" };
  };
}

/** The signed payload of a transaction, rewritten and signed by its creator. */
function resigned(bench: Bench, envelope: common.Envelope, change: (payload: common.Payload) => void): common.Envelope {
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  change(payload);
  return signEnvelope(bench.member.issued, payload.serializeBinary());
}

/** Waits so long that a certificate with this end has expired, ms UTC. */
function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
}

export const commitCases: readonly Case[] = [
  {
    id: "policy/two-of-three",
    title: "two organisations' endorsements are enough",
    why: "The default rule: any two of three.",
    run: committed((_, endorsed) => endorsed),
  },
  {
    id: "policy/three",
    title: "three organisations' endorsements are fine too",
    why: "A client may ask all.",
    run: committed((_, endorsed) => endorsed, [2, 1, 0]),
  },
  {
    id: "policy/one",
    title: "one organisation alone writes nothing",
    why: "No single organisation can make a record.",
    run: committed((_, endorsed) => endorsed, [1]),
  },
  {
    id: "policy/twice-the-same",
    title: "one organisation's endorsement given twice counts once",
    why: "No single organisation can make a record.",
    run: committed((_, endorsed) => endorsed, [0, 0]),
  },
  {
    id: "policy/none",
    title: "a transaction without endorsements writes nothing",
    why: "No single organisation can make a record.",
    run: committed((_, { payload }) => ({ payload, endorsements: [] })),
  },
  {
    id: "policy/clients",
    title: "endorsements by clients count for nothing",
    why: "A person's key is no peer's key.",
    run: committed(async (bench, { payload }) => ({
      payload,
      endorsements: await Promise.all(
        [0, 1].map(async (index) => endorsementOf((await bench.mint(index, { commonName: "no peer", units: ["client"] })).issued, payload)),
      ),
    })),
  },
  {
    id: "policy/operator",
    title: "a peer of the operator counts for nothing",
    why: "The operator is a reader.",
    run: committed(async (bench, { payload, endorsements }) => {
      const issued = await bench.target.mint(bench.target.operatorMspId, { commonName: "peer0.operator", units: ["peer"] });
      return { payload, endorsements: [...endorsements.slice(0, 1), endorsementOf(issued, payload)] };
    }),
  },
  {
    id: "policy/strangers-beside",
    title: "a stranger's endorsement beside two good ones harms nothing",
    why: "Whoever carries a transaction cannot spoil it by adding to it, and nobody needs to clean it.",
    run: committed(async (_, { payload, endorsements }) => {
      const issued = await (await TestAuthority.create("NobodyMSP")).issue({ commonName: "stranger", units: ["peer"] });
      return { payload, endorsements: [endorsementOf(issued, payload), ...endorsements] };
    }),
  },
  {
    id: "policy/bad-signature-beside",
    title: "an endorsement with a wrong signature beside one good one does not count",
    why: "A signature is verified, not only its name read.",
    run: committed((_, { payload, endorsements: [first, second] }) => {
      if (first === undefined || second === undefined) throw new Error("two endorsements are needed");
      second.setSignature(first.getSignature_asU8());
      return { payload, endorsements: [first, second] };
    }),
  },
  {
    id: "policy/expired-endorser",
    title: "an endorsement by a peer whose certificate has expired",
    why: "What an organisation may do with an old peer key decides when certificates must be revoked.",
    run: committed(async (bench, { payload, endorsements }) => {
      const past = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) };
      const { issued } = await bench.mint(1, { commonName: "old peer", units: ["peer"], ...past });
      return { payload, endorsements: [...endorsements.slice(0, 1), endorsementOf(issued, payload)] };
    }),
  },
  {
    id: "policy/any-peer-key",
    title: "an endorsement by any peer key that the organisation's root issued counts, though the contract never ran there",
    why: "Two colluding organisations can write any state: projection and verifier must recompute.",
    run: committed(async (bench, { payload, endorsements }) => {
      const { issued } = await bench.mint(1, { commonName: "invented peer", units: ["peer"] });
      return { payload, endorsements: [...endorsements.slice(0, 1), endorsementOf(issued, payload)] };
    }),
  },
  {
    id: "content/value-altered",
    title: "a value altered after endorsement is not written",
    why: "Who carries a transaction cannot change what was endorsed.",
    run: committed((_, { payload, endorsements }) => {
      const altered = Buffer.from(payload);
      altered.write("WRITTEN", altered.indexOf("written"));
      return { payload: altered, endorsements };
    }),
  },
  {
    id: "content/other-proposal",
    title: "an endorsement of another proposal cannot be used for this one",
    why: "A proxy cannot swap the endorsed payload.",
    run: committed(async (bench) => {
      const other = bench.sign(bench.propose({ args: ["put", bench.key("other"), "2"] }));
      return await endorsedBy(bench, other, [0, 1]);
    }),
  },
  {
    id: "content/garbage-payload",
    title: "an endorsed payload that cannot be read is invalid",
    why: "Bad input does no harm at commit.",
    run: committed((_, { endorsements }) => ({ payload: Buffer.from("no payload"), endorsements })),
  },
  {
    id: "content/no-action",
    title: "a transaction without action is invalid",
    why: "Bad input does no harm at commit.",
    async run(bench) {
      const { envelope, transactionId } = await bench.prepare("put", bench.key("action"), "1");
      return {
        code: await bench.outcome(
          resigned(bench, envelope, (payload) => payload.setData("")),
          transactionId,
        ),
      };
    },
  },
  {
    id: "content/two-actions",
    title: "a transaction with two actions is invalid",
    why: "One proposal, one transaction.",
    async run(bench) {
      const { envelope, transactionId } = await bench.prepare("put", bench.key("action"), "1");
      const twice = resigned(bench, envelope, (payload) => {
        const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
        const [action] = transaction.getActionsList();
        if (action === undefined) throw new Error("no action");
        transaction.addActions(action.cloneMessage());
        payload.setData(transaction.serializeBinary());
      });
      return { code: await bench.outcome(twice, transactionId) };
    },
  },
  {
    id: "content/unequal",
    title: "answers that differ between organisations are no transaction",
    why: "A contract that is not deterministic is found before commit.",
    async run(bench) {
      const key = bench.key("random");
      const signed = bench.sign(bench.propose({ args: ["random", key] }));
      const told = await bench.told(bench.endorse(signed));
      const proposal = bench.propose({ args: ["random", key] });
      const mixed = await bench.assemble(proposal, [0, 1]);
      return { "Gateway Endorse": anyOther(told), code: await bench.outcome(mixed, proposal.transactionId) };
    },
  },
  {
    id: "duplicate/after-commit",
    title: "a committed transaction cannot be proposed or committed again",
    why: "A replay writes nothing; its first result stands.",
    async run(bench) {
      const proposal = bench.propose({ args: ["append", bench.key("once"), "1"] });
      const signed = bench.sign(proposal);
      const envelope = bench.signed(await bench.endorse(signed));
      const first = await bench.outcome(envelope, proposal.transactionId);
      const again = await bench.told(bench.submit(envelope));
      await bench.transact("put", bench.key("after"), "1");
      return {
        first,
        "submitted again": again,
        "code of its id afterwards": await bench.code(proposal.transactionId),
        endorser: await bench.toldAnswer(bench.process(signed)),
        "Gateway Endorse": await bench.told(bench.endorse(signed)),
        "Gateway Evaluate": await bench.told(bench.evaluate(signed)),
        "code of the second in its block": await lastCode(bench, proposal.transactionId),
      };
    },
  },
  {
    id: "duplicate/side-by-side",
    title: "the same transaction sent twice at once commits once",
    why: "A proxy that is not sure whether it sent something may send it again.",
    async run(bench) {
      const key = bench.key("twice");
      const { envelope, transactionId } = await bench.prepare("append", key, "x");
      await Promise.all([bench.submit(envelope), bench.submit(envelope)]);
      const code = await bench.code(transactionId);
      await bench.transact("put", bench.key("after"), "1");
      return { code, value: await bench.query("get", key), "code of the second": await lastCode(bench, transactionId) };
    },
  },
  {
    id: "expiry/between-endorsement-and-ordering",
    title: "a transaction whose creator expired after endorsement is not ordered",
    why: "Calibration ends while a batch is on its way.",
    async run(bench) {
      const notAfter = new Date((Math.floor(Date.now() / 1000) + 3) * 1000);
      const sender = await bench.mint(0, { commonName: "short", units: ["client"], notAfter });
      const proposal = bench.propose({ args: ["put", bench.key("short"), "1"] }, sender);
      const prepared = await bench.endorse(bench.sign(proposal, sender));
      await until(notAfter.getTime() + 1100);
      return { "Gateway Submit": await bench.told(bench.submit(bench.signed(prepared, sender))) };
    },
  },
  {
    id: "expiry/between-ordering-and-commit",
    title: "a transaction ordered just before its creator expired commits: nobody looks at expiry then",
    why: "The contract must hold the certificate's end against the transaction's time by itself.",
    async run(bench) {
      const notAfter = new Date((Math.floor(Date.now() / 1000) + 3) * 1000);
      const sender = await bench.mint(0, { commonName: "short", units: ["client"], notAfter });
      const proposal = bench.propose({ args: ["put", bench.key("short"), "1"] }, sender);
      const envelope = bench.signed(await bench.endorse(bench.sign(proposal, sender)), sender);
      await until(notAfter.getTime() - 60);
      await bench.submit(envelope);
      const code = await bench.code(proposal.transactionId);
      return { code, "committed after the end": Date.now() > notAfter.getTime() };
    },
  },
];

/** Which of the other organisations the Gateway asked second is chance. */
function anyOther(text: string): string {
  return text.replace(/Org[12] peer[12]/g, "another peer");
}

/** Code of the last transaction with this id in the last blocks, as block streams show it. */
async function lastCode(bench: Bench, transactionId: string): Promise<string> {
  const height = await bench.height();
  const blocks = await seekBlocks(bench, { start: Math.max(0, height - 8), stop: height - 1 });
  return codesById(blocks, transactionId).at(-1) ?? "not found";
}
