/** A peer's endpoint for tests: real gRPC, answers by the test. */
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { type common, gateway, peer as messages } from "@hyperledger/fabric-protos";
import { networkSchema } from "../../messages/network";
import { type Connection, connect } from "../connection";
import { bytesField, numberField } from "../wire";

export class Refusal extends Error {
  constructor(
    readonly grpcStatus: number,
    text: string,
    readonly details: readonly { mspId: string; message: string }[] = [],
  ) {
    super(text);
  }
}

type Maybe<T> = T | Promise<T>;
export interface FakePeer {
  endorse?: (request: gateway.EndorseRequest) => Maybe<gateway.EndorseResponse>;
  submit?: (request: gateway.SubmitRequest) => Maybe<gateway.SubmitResponse>;
  commitStatus?: (request: gateway.SignedCommitStatusRequest) => Maybe<gateway.CommitStatusResponse>;
  processProposal?: (request: messages.SignedProposal) => Maybe<messages.ProposalResponse>;
  deliver?: DeliverHandler;
  deliverFiltered?: DeliverHandler;
}
type DeliverStream = ServerDuplexStream<common.Envelope, messages.DeliverResponse>;
type DeliverHandler = (request: common.Envelope, stream: DeliverStream) => void;

export interface RunningPeer {
  readonly address: string;
  stop(): void;
}

export async function startFakePeer(fake: FakePeer): Promise<RunningPeer> {
  const server = new Server();
  const { GatewayService } = gateway as unknown as { GatewayService: never };
  const { EndorserService, DeliverService } = messages as unknown as { EndorserService: never; DeliverService: never };
  server.addService(GatewayService, {
    endorse: unary((request) => (fake.endorse ?? missing)(request as gateway.EndorseRequest)),
    submit: unary((request) => (fake.submit ?? missing)(request as gateway.SubmitRequest)),
    commitStatus: unary((request) => (fake.commitStatus ?? missing)(request as gateway.SignedCommitStatusRequest)),
    evaluate: unary(missing),
    chaincodeEvents: unary(missing),
  });
  server.addService(EndorserService, {
    processProposal: unary((request) => (fake.processProposal ?? missing)(request as messages.SignedProposal)),
  });
  server.addService(DeliverService, {
    deliver: streaming(() => fake.deliver),
    deliverFiltered: streaming(() => fake.deliverFiltered),
    deliverWithPrivateData: unary(missing),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

const missing = (): never => {
  throw new Refusal(status.UNIMPLEMENTED, "the test did not expect this call");
};

function streaming(handler: () => DeliverHandler | undefined) {
  return (stream: DeliverStream) => {
    stream.on("error", () => undefined);
    stream.once("data", (request: common.Envelope) => {
      const handle = handler();
      if (handle !== undefined) handle(request, stream);
      else stream.emit("error", Object.assign(new Error("the test serves no blocks"), { code: status.UNIMPLEMENTED }));
    });
  };
}

function unary(handle: (request: unknown) => Maybe<unknown>) {
  return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => done(null, response),
        (error: unknown) => done(serviceError(error), null),
      );
  };
}

function serviceError(error: unknown) {
  if (!(error instanceof Refusal)) return { code: status.UNKNOWN, details: String(error) };
  const metadata = new Metadata();
  if (error.details.length > 0) metadata.add("grpc-status-details-bin", Buffer.from(statusDetails(error)));
  return { code: error.grpcStatus, details: error.message, metadata };
}

/** google.rpc.Status with gateway.ErrorDetail in its details, written by hand: google.protobuf.Any would come from a second protobuf runtime. */
function statusDetails(refusal: Refusal): Uint8Array {
  const details = refusal.details.map(({ mspId, message }) => {
    const detail = new gateway.ErrorDetail();
    detail.setAddress(`peer0.${mspId}:7051`);
    detail.setMspId(mspId);
    detail.setMessage(message);
    const any = [bytesField(1, "type.googleapis.com/gateway.ErrorDetail"), bytesField(2, detail.serializeBinary())];
    return bytesField(3, Buffer.concat(any));
  });
  return Buffer.concat([numberField(1, refusal.grpcStatus), ...details]);
}

/** A connection to one peer of each organisation named. */
export function connectTo(peers: Readonly<Record<string, RunningPeer>>): Promise<Connection> {
  return connect(
    networkSchema.parse({
      kind: "fabric",
      channel: "coldchain",
      chaincode: "winterseal",
      endorsements: 1,
      organisations: Object.entries(peers).map(([mspId, { address }]) => ({
        id: mspId,
        mspId,
        name: mspId,
        root: "unused",
        endorsers: [],
        peers: [{ name: `peer0.${mspId}`, address }],
      })),
      operator: { mspId: "OperatorMSP", certificate: "unused", privateKey: "unused" },
    }),
  );
}
