import { WintersealError } from "../../lib/messages/errors";
import { LINK_MAX_BYTES } from "../../lib/messages/link";
import { concat } from "./bytes";
import type { Link } from "./link";
import { decodeTo, encodeFrom } from "./link-messages";

export interface HttpsLinkSettings {
  /** Where the proxy listens, without a slash at the end: messages go to `<relay>/v1/<type>`. */
  readonly relay: string;
  readonly fetch?: typeof fetch;
}

/** A link of single HTTPS requests, for a person's signer (lib/messages/link.ts). */
export function httpsLink(settings: HttpsLinkSettings): Link {
  const send = settings.fetch ?? fetch;
  let request = 0;
  return {
    async request(body, deadlineMs) {
      request = (request + 1) >>> 0;
      const own = request;
      const response = await post(send, `${settings.relay}/v1/${body.type}`, encodeFrom({ ...body, request: own }), deadlineMs);
      const answer = decodeTo(response.type, response.body);
      if (answer.request !== own) throw new WintersealError("MESSAGE_MALFORMED", "an answer to another request");
      return answer;
    },
  };
}

async function post(send: typeof fetch, url: string, body: Uint8Array, deadlineMs: number): Promise<{ type: string; body: Uint8Array }> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(deadlineMs),
      credentials: "omit",
      cache: "no-store",
    });
    const type = response.headers.get("winterseal-type");
    if (type === null) throw new WintersealError("UNAVAILABLE", "the answer is not the relay's", { status: response.status });
    return { type, body: await readBody(response) };
  } catch (error) {
    if (error instanceof WintersealError) throw error;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new WintersealError(late ? "DEADLINE" : "UNAVAILABLE", undefined, {}, { cause: error });
  }
}

/** Reads no more than one message: a relay cannot fill the memory of whoever asked it. */
async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    length += next.value.length;
    if (length > LINK_MAX_BYTES) {
      await reader?.cancel();
      throw new WintersealError("MESSAGE_TOO_LARGE", undefined, { limit: LINK_MAX_BYTES });
    }
    parts.push(next.value);
  }
  return concat(...parts);
}
