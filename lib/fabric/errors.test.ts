import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { ERROR_CODES, formatContractError, WintersealError } from "../messages/errors";
import { call, METHODS } from "./call";
import { FabricError, fabricError } from "./errors";
import { connectTo, Refusal, startFakePeer } from "./testing/peer";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The error as it arrives after a real gRPC call. */
async function overTheWire(refusal: Refusal): Promise<FabricError> {
  const peer = await startFakePeer({
    endorse: () => {
      throw refusal;
    },
  });
  const connection = await connectTo({ AuthorityMSP: peer });
  stops.push(() => connection.close(), peer.stop);
  const [only] = connection.peers;
  if (only === undefined) throw new Error("no peer");
  return call(only, METHODS.endorse, new Uint8Array(0), { deadlineMs: 5_000 }).then(
    () => expect.unreachable("the call was refused"),
    (error: unknown) => fabricError(error, "endorse"),
  );
}

const serviceError = (code: number, details: string): ServiceError =>
  Object.assign(new Error(`${code} ${details}`), { code, details, metadata: new Metadata() });

describe("errors on the way to the ledger", () => {
  it("finds every contract code in the Gateway's endpoint details", async () => {
    for (const code of Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[]) {
      const text = `chaincode response 500, ${formatContractError(new WintersealError(code, undefined, { expected: 7 }))}`;
      expect(fabricError(serviceError(status.ABORTED, text), "endorse").code).toBe(code);
    }
    const error = await overTheWire(
      new Refusal(status.ABORTED, "failed to endorse transaction, see attached details for more info", [
        { mspId: "ShipperMSP", message: 'chaincode response 500, [SEQUENCE_GAP] The sequence number is not the next one {"expected":7}' },
      ]),
    );
    expect(error).toMatchObject({ code: "SEQUENCE_GAP", stage: "endorse", grpcStatus: status.ABORTED });
    expect(error.details).toEqual([expect.objectContaining({ mspId: "ShipperMSP", address: "peer0.ShipperMSP:7051" })]);
    expect(error.message).toContain("ShipperMSP");
  });

  it.each([
    [status.UNAVAILABLE, "connection dropped", "endorse", "UNAVAILABLE"],
    [status.FAILED_PRECONDITION, "no combination of peers can be derived which satisfy the endorsement policy", "endorse", "UNAVAILABLE"],
    [status.DEADLINE_EXCEEDED, "endorsement timeout expired", "endorse", "DEADLINE"],
    [status.DEADLINE_EXCEEDED, "Deadline exceeded", "commit", "COMMIT_UNKNOWN"],
    [status.RESOURCE_EXHAUSTED, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)", "endorse", "BUSY"],
    [status.ABORTED, "failed to collect enough: ProposalResponsePayloads do not match", "endorse", "ENDORSEMENT_MISMATCH"],
    [status.ABORTED, "duplicate transaction found [ab12]. Creator [..]", "endorse", "DUPLICATE"],
    [status.ABORTED, "error in simulation: failed to execute transaction ab12: txid: ab12(coldchain) exists", "endorse", "BUSY"],
    [status.FAILED_PRECONDITION, 'failed constructing descriptor for chaincodes:<name:"winterseal">', "endorse", "UNAVAILABLE"],
    [status.ABORTED, "rpc error: code = Canceled desc = grpc: the client connection is closing", "endorse", "UNAVAILABLE"],
    [status.ABORTED, "rpc error: code = DeadlineExceeded desc = context deadline exceeded", "endorse", "DEADLINE"],
    [status.ABORTED, "error validating proposal: access denied: channel [coldchain] creator org [OperatorMSP]", "endorse", "ACCESS_DENIED"],
    [status.ABORTED, "proposal client identity expired", "endorse", "IDENTITY_EXPIRED"],
    [status.ABORTED, "info=broadcast client identity expired", "submit", "IDENTITY_EXPIRED"],
    [status.ABORTED, "request unauthorized due to incorrect timestamp 2026-01-01T00:00:00Z, peer time 2027", "endorse", "TIMESTAMP_OFF"],
    [status.FAILED_PRECONDITION, "implicit policy evaluation failed - 0 sub-policies were satisfied", "endorse", "ACCESS_DENIED"],
    [status.ABORTED, "no orderers could successfully process transaction", "submit", "UNAVAILABLE"],
    [status.ABORTED, "something new", "submit", "SUBMIT_FAILED"],
    [status.ABORTED, "something new", "endorse", "ENDORSEMENT_FAILED"],
    [status.INVALID_ARGUMENT, "the proposed transaction must contain a signed proposal", "endorse", "MESSAGE_MALFORMED"],
  ] as const)("calls gRPC status %i, “%s” at stage %s %s", (grpcStatus, text, stage, code) => {
    expect(fabricError(serviceError(grpcStatus, text), stage)).toMatchObject({ code, stage });
  });

  it("survives details that do not decode", () => {
    const error = serviceError(status.ABORTED, "[SENSOR_REVOKED] The sensor is revoked");
    error.metadata.add("grpc-status-details-bin", Buffer.from([0x1a, 0xff, 0xff, 0xff]));
    expect(fabricError(error, "endorse").code).toBe("SENSOR_REVOKED");
  });

  it("passes on what is known already, and calls the unforeseen INTERNAL", () => {
    const known = new FabricError("BUSY", "full", "submit", undefined, []);
    expect(fabricError(known, "endorse")).toBe(known);
    expect(fabricError(new TypeError("x"), "read")).toMatchObject({ code: "INTERNAL", stage: "read" });
  });
});
