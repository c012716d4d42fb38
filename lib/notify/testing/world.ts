/** What tests of notifications share: rows as projection and sign-in write them, a real mail server, a real receiver of webhooks. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Pool } from "pg";
import { SMTPServer } from "smtp-server";

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

export interface MailBox {
  readonly url: string;
  readonly mails: Received[];
  /** Answers the next messages with a temporary refusal. */
  refuse: boolean;
  /** Called after a message is whole and before it is accepted. */
  before: () => Promise<void>;
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it is given. */
export async function openMailBox(port = 0): Promise<MailBox> {
  const box = { url: "", mails: [] as Received[], refuse: false, before: async () => undefined as undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (box.refuse) return done(Object.assign(new Error("greylisted, come again"), { responseCode: 451 }));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        box.mails.push({ from, to: rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString("utf8") });
        return void box.before().then(() => done());
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.server.address() as AddressInfo).port;
  return Object.assign(box, {
    url: `smtp://127.0.0.1:${bound}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

export interface Hook {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  status: number;
  close(): Promise<void>;
}

/** A receiver of webhooks on loopback that keeps what it is sent. */
export async function openHook(port = 0): Promise<Hook> {
  const hook = { host: "", calls: [] as { headers: IncomingHttpHeaders; body: string }[], status: 204 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      hook.calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(hook.status, hook.status === 302 ? { location: "http://169.254.169.254/" } : {});
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return Object.assign(hook, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

export interface TestReader {
  readonly id: string;
  readonly mspId: string;
  readonly role: string;
}

/** A person as sign-in leaves them. */
export async function addPerson(pool: Pool, { id, mspId, role }: TestReader): Promise<void> {
  await pool.query(
    `INSERT INTO "user" (id, name, email, updated_at, msp_id, role, common_name, serial, certificate_ends)
     VALUES ($1, $2, $3, now(), $4, $5, $6, $7, now() + interval '1 year')`,
    [id, `Person ${id}`, `${id}@x.invalid`, mspId, role, id, `0${id.length}`],
  );
}

export async function addShipment(pool: Pool, id: string, title = `Goods ${id}`): Promise<void> {
  await pool.query(
    `INSERT INTO shipment (id, sscc, title, origin, destination, profile, shipper, recipient, status, created_at, created_by, log_length, log_head, incomplete)
     VALUES ($1, '000000000000000000', $2, 'Basel', 'Geneva', 'fridge-2-8/1', 'ShipperMSP', 'RecipientMSP', 'under-way', 0, 'x', 1, '', '{}')`,
    [id, title],
  );
}

/** An audit entry in a block of its own, as the projection writes it, with the checkpoint. */
export async function addEntry(
  pool: Pool,
  entry: { readonly block: number; readonly kind: string; readonly shipment: string; readonly detail: object },
): Promise<void> {
  const { block, kind, shipment, detail } = entry;
  await pool.query(
    `INSERT INTO audit_entry (block, position, part, at, kind, shipment, sensor, actor, organisation, detail, transaction)
     VALUES ($1, 0, 0, $2, $3, $4, 'ws-1', 'ws-1', 'AuthorityMSP', $5, $6)`,
    [block, Date.now(), kind, shipment, JSON.stringify(detail), `tx-${block}`],
  );
  await moveTo(pool, block);
}

export async function moveTo(pool: Pool, block: number): Promise<void> {
  await pool.query(
    `INSERT INTO checkpoint (id, block, header_hash, commit_hash, commits) VALUES (1, $1, '', '', 0) ON CONFLICT (id) DO UPDATE SET block = $1`,
    [block],
  );
}

export const violation = (block: number, shipment: string) => ({
  block,
  shipment,
  kind: "ViolationFound",
  detail: {
    rule: "upper",
    number: 1,
    severity: "critical",
    from: 1_780_000_000_000,
    found: 1_780_000_600_000,
    to: null,
    readings: 3,
    peak: 9_400,
  },
});
