/** How `network:upgrade` and `network:rollback` reach the supervisor that runs the network: one request per connection on a socket in the data folder. */
import { existsSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import * as z from "zod";
import { NETWORK_CODES, NetworkError } from "../../network/errors";
import type { Layout } from "../layout";

const requestSchema = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("upgrade"), bundle: z.string().optional(), policy: z.string().optional() }),
  z.strictObject({ command: z.literal("rollback") }),
]);
export type ControlRequest = z.infer<typeof requestSchema>;

const answerSchema = z.union([
  z.strictObject({ done: z.string() }),
  z.strictObject({ code: z.enum(NETWORK_CODES).optional(), message: z.string(), next: z.string() }),
]);

/** Relative paths stay short: an address of such a socket has about a hundred bytes. */
const socketOf = ({ data }: Layout): string => join(data, "control.sock");

function onLine(socket: Socket, use: (line: string) => void): void {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    const before = text.includes("\n");
    text += chunk;
    if (!before && text.includes("\n")) use(text.slice(0, text.indexOf("\n")));
  });
}

/** Serves until it is closed. Only who may enter the data folder reaches it. @param perform one at a time; @returns what was done, in words */
export function serveControl(layout: Layout, perform: (request: ControlRequest) => Promise<string>): Server {
  const path = socketOf(layout);
  if (existsSync(path)) rmSync(path);
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    onLine(socket, (line) => {
      last = last.then(async () => {
        const answer = await answerTo(line, perform);
        socket.end(`${JSON.stringify(answer)}\n`);
      });
    });
  });
  server.listen(path);
  return server;
}

async function answerTo(line: string, perform: (request: ControlRequest) => Promise<string>): Promise<z.infer<typeof answerSchema>> {
  try {
    return { done: await perform(requestSchema.parse(JSON.parse(line))) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NetworkError) return { code: error.code, message, next: error.next };
    return { message, next: "read the logs in the data folder; the contract that was in force still is" };
  }
}

/** Asks the running supervisor. @throws NetworkError with the supervisor's own code, or NETWORK_DIFFERS when none runs */
export async function askControl(layout: Layout, request: ControlRequest): Promise<string> {
  const socket = connect(socketOf(layout));
  const line = await new Promise<string>((resolve, reject) => {
    socket.once("error", (cause) =>
      reject(new NetworkError("NETWORK_DIFFERS", `no network runs in ${layout.data}`, "npm run network:up starts it", { cause })),
    );
    onLine(socket, resolve);
    socket.once("close", () =>
      reject(new NetworkError("NETWORK_DIFFERS", "the network went down meanwhile", "npm run network:up starts it")),
    );
    socket.write(`${JSON.stringify(request)}\n`);
  });
  socket.destroy();
  const answer = answerSchema.parse(JSON.parse(line));
  if ("done" in answer) return answer.done;
  throw new NetworkError(answer.code ?? "COMMAND_FAILED", answer.message, answer.next);
}
