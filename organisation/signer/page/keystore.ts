/** Identities of this browser: keys that WebCrypto made not extractable, kept in IndexedDB. A browser may purge them; a person can enrol again. */
import type { Role } from "../../../lib/messages/names";
import type { Lock } from "./passkey";

export interface StoredIdentity {
  /** `<login>@<organisation>`: one identity per person and browser. */
  readonly commonName: string;
  readonly name: string;
  readonly role: Role;
  /** May invite others; the certificate says so, this only says whether to offer it. */
  readonly administrator?: true | undefined;
  readonly certificate: string;
  /** Cannot be taken out of the browser; absent where a passkey locks it. */
  readonly key?: CryptoKey | undefined;
  readonly lock?: Lock | undefined;
  /** ms UTC */
  readonly enrolledAt: number;
  /** ms UTC; 0 = never */
  readonly usedAt: number;
}

const DATABASE = "winterseal-signer";
const STORE = "identities";

function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => void asked.result.createObjectStore(STORE, { keyPath: "commonName" });
  return await request(asked);
}

async function withStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await request(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Every identity, the one used last first. */
export async function identities(): Promise<readonly StoredIdentity[]> {
  const all: StoredIdentity[] = await withStore("readonly", (store) => store.getAll());
  return all.sort((a, b) => b.usedAt - a.usedAt || b.enrolledAt - a.enrolledAt);
}

export async function keep(identity: StoredIdentity): Promise<void> {
  await withStore("readwrite", (store) => store.put(identity));
}

export async function forget(commonName: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(commonName));
}
