/** A small key-value contract, run as a real chaincode-as-a-service process in tests and benchmarks. */
import { readFileSync } from "node:fs";
import fabricShim, { type ChaincodeServer, type ChaincodeStub, type Shim } from "fabric-shim";

/** At run time the module is the class that its types call `Shim`. */
const shim = fabricShim as unknown as typeof Shim;

type Handler = (stub: ChaincodeStub, args: string[]) => Promise<string>;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

async function collect(stub: ChaincodeStub, start: string, end: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  const iterator = await stub.getStateByRange(start, end);
  for (let entry = await iterator.next(); !entry.done && found.length < limit; entry = await iterator.next()) {
    found.push(`${entry.value.key}=${text(entry.value.value)}`);
  }
  await iterator.close();
  return found;
}

const handlers: Readonly<Record<string, Handler>> = {
  async put(stub, [key = "", value = ""]) {
    await stub.putState(key, Buffer.from(value));
    return "";
  },
  async get(stub, [key = ""]) {
    return text(await stub.getState(key));
  },
  /** Writes a key and gives it an endorsement policy (hex of a SignaturePolicyEnvelope). */
  async protect(stub, [key = "", value = "", policy = ""]) {
    await stub.putState(key, Buffer.from(value));
    await stub.setStateValidationParameter(key, Buffer.from(policy, "hex"));
    return "";
  },
  async policyOf(stub, [key = ""]) {
    const policy = (await stub.getStateValidationParameter(key)) as Uint8Array | undefined;
    return Buffer.from(policy ?? []).toString("hex");
  },
  /** A policy for a key that is not written. */
  async policyOnly(stub, [key = "", policy = ""]) {
    await stub.setStateValidationParameter(key, Buffer.from(policy, "hex"));
    return "";
  },
  async del(stub, [key = ""]) {
    await stub.deleteState(key);
    return "";
  },
  /** Reads and writes the same key. */
  async append(stub, [key = "", value = ""]) {
    const before = text(await stub.getState(key));
    await stub.putState(key, Buffer.from(before + value));
    stub.setEvent("appended", Buffer.from(JSON.stringify({ key, value })));
    return before + value;
  },
  async range(stub, [start = "", end = "", limit = "100000"]) {
    return JSON.stringify(await collect(stub, start, end, Number(limit)));
  },
  /** Writes how many keys are in a range. */
  async count(stub, [start = "", end = "", into = ""]) {
    const found = await collect(stub, start, end, Number.POSITIVE_INFINITY);
    await stub.putState(into, Buffer.from(String(found.length)));
    return String(found.length);
  },
  async page(stub, [start = "", end = "", size = "10", bookmark = ""]) {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(start, end, Number(size), bookmark);
    const found: string[] = [];
    for (let entry = await iterator.next(); !entry.done; entry = await iterator.next()) found.push(entry.value.key);
    return JSON.stringify({ found, bookmark: metadata.bookmark });
  },
  /** Reads a page and writes: Fabric refuses that. */
  async pageAndPut(stub, [start = "", end = "", key = ""]) {
    const { iterator } = await stub.getStateByRangeWithPagination(start, end, 10, "");
    await iterator.close();
    await stub.putState(key, Buffer.from("1"));
    return "";
  },
  async putAndPage(stub, [start = "", end = "", key = ""]) {
    await stub.putState(key, Buffer.from("1"));
    const { iterator } = await stub.getStateByRangeWithPagination(start, end, 10, "");
    await iterator.close();
    return "";
  },
  async putEmpty(stub, [key = ""]) {
    await stub.putState(key, Buffer.alloc(0));
    return "";
  },
  async fill(stub, [prefix = "", count = "0"]) {
    for (let index = 0; index < Number(count); index++)
      await stub.putState(`${prefix}${String(index).padStart(5, "0")}`, Buffer.from(String(index)));
    return count;
  },
  /** Reads its own write: Fabric shows the committed value. */
  async ownWrite(stub, [key = "", value = ""]) {
    await stub.putState(key, Buffer.from(value));
    return text(await stub.getState(key));
  },
  async system(stub, [name = "", ...args]) {
    const answer = await stub.invokeChaincode(name, args, stub.getChannelID());
    return JSON.stringify({ status: answer.status, message: answer.message });
  },
  /** A different answer on every peer. */
  async random(stub, [key = ""]) {
    await stub.putState(key, Buffer.from(String(Math.random())));
    return "";
  },
  async slow(_stub, [ms = "0"]) {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return ms;
  },
  /** The creator as the contract sees it. */
  async whoami(stub, names) {
    const identity = new fabricShim.ClientIdentity(stub);
    const attributes = Object.fromEntries(names.map((name) => [name, identity.getAttributeValue(name)]));
    return JSON.stringify({ mspId: identity.getMSPID(), attributes, timestamp: stub.getDateTimestamp().getTime() });
  },
  /** Writes a value of the given size, bytes. */
  async large(stub, [key = "", size = "0"]) {
    await stub.putState(key, Buffer.alloc(Number(size), "x"));
    return size;
  },
  /** Answers with the given size, bytes, and writes nothing. */
  async answer(_stub, [size = "0"]) {
    return "x".repeat(Number(size));
  },
  /** What a private argument says, and nothing of it written. */
  async transient(stub, [name = ""]) {
    return text(stub.getTransient().get(name) ?? new Uint8Array());
  },
  async event(stub, [name = "", payload = ""]) {
    stub.setEvent(name, Buffer.from(payload));
    return "";
  },
  async fail(_stub, [message = ""]) {
    throw new Error(message);
  },
  async exit() {
    process.exit(1);
  },
};

const contract = {
  async Init() {
    return shim.success();
  },
  async Invoke(stub: ChaincodeStub) {
    const { fcn, params } = stub.getFunctionAndParameters();
    const handler = handlers[fcn];
    if (handler === undefined) return shim.error(`no function ${fcn}`);
    try {
      return shim.success(Buffer.from(await handler(stub, params)));
    } catch (error) {
      return shim.error(error instanceof Error ? error.message : String(error));
    }
  },
};

/** Mutual TLS where the environment names the files, as the product's own contract does. */
function tlsOptions(): object {
  const { CHAINCODE_TLS_CERT: cert, CHAINCODE_TLS_KEY: key, CHAINCODE_CLIENT_CA_CERT: root } = process.env;
  if (cert === undefined || key === undefined || root === undefined) return {};
  return { tlsProps: { cert: readFileSync(cert), key: readFileSync(key), clientCACerts: readFileSync(root) } };
}

const options = { ccid: process.env.CHAINCODE_ID ?? "", address: process.env.CHAINCODE_SERVER_ADDRESS ?? "", ...tlsOptions() };
shim
  .server(contract, options as ConstructorParameters<typeof ChaincodeServer>[1])
  .start()
  .then(
    () => process.stdout.write('{"ready":true}\n'),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
