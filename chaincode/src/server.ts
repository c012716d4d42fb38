/** The chaincode-as-a-service server: fabric-shim's own, with what a drain needs around it. */
import { readFileSync } from "node:fs";
import { JSONSerializer } from "fabric-contract-api";
import { type ChaincodeInterface, type ChaincodeServer, type ChaincodeStub, Shim } from "fabric-shim";
import ChaincodeFromContract from "fabric-shim/lib/contract-spi/chaincodefromcontract.js";
import { formatContractError, WintersealError } from "../../lib/messages/errors";
import { FUNCTIONS } from "../../lib/messages/functions";
import { contractsFor } from "./contracts";
import type { Settings } from "./env";
import type { Invoke } from "./invoke";

const SERIALIZERS = { transaction: "jsonSerializer", serializers: { jsonSerializer: JSONSerializer } };

/** Contracts of the access table, and the one that fabric-contract-api adds for its metadata. */
const KNOWN = new Set([...Object.keys(FUNCTIONS).map((name) => name.split(":")[0] ?? ""), "org.hyperledger.fabric"]);
type RawStub = ChaincodeStub & { getBufferArgs(): Uint8Array[] };
const utf8 = new TextDecoder();

/** Counts what runs, so that a stop can wait for it, and answers calls of no known contract by code. */
class Counting implements ChaincodeInterface {
  readonly #inner: ChaincodeInterface;
  running = 0;

  constructor(inner: ChaincodeInterface) {
    this.#inner = inner;
  }

  Init: ChaincodeInterface["Init"] = (stub) => this.#inner.Init(stub);

  Invoke: ChaincodeInterface["Invoke"] = async (stub) => {
    const name = utf8.decode((stub as RawStub).getBufferArgs()[0]);
    if (!KNOWN.has(name.split(":")[0] ?? ""))
      return Shim.error(formatContractError(new WintersealError("ARGUMENT_INVALID", "no such contract")));
    this.running += 1;
    try {
      return await this.#inner.Invoke(stub);
    } finally {
      this.running -= 1;
    }
  };
}

type ServerOptions = ConstructorParameters<typeof ChaincodeServer>[1];

/** Its types demand TLS properties, its code takes plaintext without them: loopback and a peer's own host only. */
function optionsOf(settings: Settings): ServerOptions {
  const plain = { ccid: settings.CHAINCODE_ID, address: settings.CHAINCODE_SERVER_ADDRESS };
  const { CHAINCODE_TLS_KEY: key, CHAINCODE_TLS_CERT: cert, CHAINCODE_CLIENT_CA_CERT: root } = settings;
  if (key === undefined || cert === undefined) return plain as ServerOptions;
  const clientCACerts = root === undefined ? {} : { clientCACerts: readFileSync(root) };
  return { ...plain, tlsProps: { key: readFileSync(key), cert: readFileSync(cert), ...clientCACerts } } as ServerOptions;
}

export interface RunningServer {
  /** Invocations not answered yet. */
  running(): number;
}

/** fabric-shim's loggers that write several lines for every invocation, or one for every refusal. */
const NOISY = [
  "lib/handler.js",
  "lib/stub.js",
  "lib/chaincode.js",
  "contracts-spi/chaincodefromcontract.js",
  "contracts-spi/datamarshall.js",
];

/** Its logging library formats every line before it drops it: a third of an invocation's time. Set CORE_CHAINCODE_LOGGING_LEVEL to have it. */
function hush(): void {
  for (const name of NOISY) {
    const logger = Shim.newLogger(name);
    logger.debug = () => logger;
    logger.info = () => logger;
    if (name.startsWith("contracts-spi/")) logger.error = () => logger;
  }
}

/** Listens; resolves when peers can connect. The process ends it. */
export async function startServer(settings: Settings, invoke: Invoke): Promise<RunningServer> {
  const chaincode = new Counting(new ChaincodeFromContract(contractsFor(invoke), SERIALIZERS, {}, "Winterseal", "1"));
  if (process.env.CORE_CHAINCODE_LOGGING_LEVEL === undefined) hush();
  const server = Shim.server(chaincode, optionsOf(settings));
  await server.start();
  return { running: () => chaincode.running };
}
