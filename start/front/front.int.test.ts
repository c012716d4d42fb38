import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:http2";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority, initialise, issueIdentity } from "../../organisation/ca";
import { freePort } from "../ports";
import { startFront } from "./front";

describe("TLS front", () => {
  const folder = mkdtempSync(join(tmpdir(), "winterseal-front-"));
  let inner: Server;
  let port: number;
  let root: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const dir = join(folder, "operator");
    await initialise(dir, { id: "operator", mspId: "OperatorMSP", name: "Operator", type: "operator", demonstration: true });
    const out = join(folder, "front");
    await issueIdentity(await CertificateAuthority.open(dir), {
      commonName: "front",
      type: "client",
      tlsHosts: ["localhost", "127.0.0.1"],
      out,
    });
    root = readFileSync(join(dir, "public/root.pem"), "utf8");
    inner = createServer((incoming, response) => {
      if (incoming.url === "/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: first\n\n");
        return;
      }
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        response.end(
          JSON.stringify({
            body: Buffer.concat(chunks).toString(),
            proto: incoming.headers["x-forwarded-proto"],
            host: incoming.headers.host,
          }),
        ),
      );
    });
    await new Promise<void>((resolve) => inner.listen(0, "127.0.0.1", resolve));
    port = await freePort();
    const [certificate, privateKey] = ["cert.pem", "key.pem"].map((file) => readFileSync(join(out, file), "utf8")) as [string, string];
    const routes = [{ port, target: (inner.address() as AddressInfo).port }];
    stop = await startFront({ host: "127.0.0.1", certificate, privateKey, routes });
  });
  afterAll(async () => {
    await stop();
    inner.closeAllConnections();
    inner.close();
    rmSync(folder, { recursive: true });
  });

  it("passes a request and its body through, and says that it came by HTTPS", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request({ host: "localhost", port, path: "/", method: "POST", ca: root }, (response) => {
        response.setEncoding("utf8").on("data", resolve);
      });
      sent.on("error", reject).end("signed bytes");
    });
    expect(JSON.parse(answer)).toEqual({ body: "signed bytes", proto: "https", host: `localhost:${port}` });
  });

  it("speaks HTTP/2 and lets an event stream flow while it is open", async () => {
    const session = connect(`https://localhost:${port}`, { ca: root });
    const first = await new Promise<string>((resolve, reject) => {
      session.on("error", reject);
      session.request({ ":path": "/events" }).setEncoding("utf8").once("data", resolve);
    });
    session.destroy();
    expect(first).toBe("data: first\n\n");
  });
});
