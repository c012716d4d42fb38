import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { httpsLink } from "./link-https";
import { decodeFrom, encodeTo } from "./link-messages";

let server: Server | undefined;
afterEach(async () => {
  const running = server;
  running?.closeAllConnections();
  if (running !== undefined) await new Promise((resolve) => running.close(resolve));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

async function bodyOf(request: Parameters<RequestListener>[0]): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

test("posts a message to its type's address and reads the answer's type from the header", async () => {
  const relay = await serve(async (request, response) => {
    const message = decodeFrom(request.url?.replace("/v1/", "") ?? "", await bodyOf(request));
    response.setHeader("winterseal-type", "time");
    response.end(encodeTo({ type: "time", request: message.request, milliseconds: 5 }));
  });
  const link = httpsLink({ relay });
  expect(await link.request({ type: "hello" }, 5_000)).toEqual({ type: "time", request: 1, milliseconds: 5 });
});

test("an answer to another request is refused", async () => {
  const relay = await serve((_request, response) => {
    response.setHeader("winterseal-type", "time");
    response.end(encodeTo({ type: "time", request: 77, milliseconds: 5 }));
  });
  await expect(httpsLink({ relay }).request({ type: "hello" }, 5_000)).rejects.toMatchObject({ code: "MESSAGE_MALFORMED" });
});

test("a page of something else, nobody there, and silence are told apart by code", async () => {
  const relay = await serve((request, response) => {
    if (request.url === "/v1/hello") response.end("<html>");
  });
  await expect(httpsLink({ relay }).request({ type: "hello" }, 5_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  const status = { type: "status", transactionId: new Uint8Array(32) } as const;
  await expect(httpsLink({ relay }).request(status, 50)).rejects.toMatchObject({ code: "DEADLINE" });
  await expect(httpsLink({ relay: "http://127.0.0.1:1" }).request(status, 5_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("an answer without end is cut at the size of a message", async () => {
  const relay = await serve((_request, response) => {
    response.setHeader("winterseal-type", "time");
    const more = () => {
      while (response.write(Buffer.alloc(16_384)));
    };
    response.on("drain", more);
    more();
  });
  await expect(httpsLink({ relay }).request({ type: "hello" }, 20_000)).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
});
