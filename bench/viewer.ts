import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lowS } from "../device/ts/der";
import { CertificateAuthority, createCode } from "../organisation/ca";
import { enrolPerson } from "../organisation/signer/cli/person";
import type { Stack } from "../start/stack";

/** A signed-in person of the shipper without a browser: what a page costs is measured with the requests that a browser makes. */
export interface BenchViewer {
  get(path: string): Promise<Response>;
  /** Ends by itself when the stack stops. */
  notices(): AsyncGenerator<{ readonly at: number; readonly sensors: readonly string[] | null }>;
}

export async function signIn({ context }: Pick<Stack, "context">): Promise<BenchViewer> {
  const { layout, origins } = context;
  const folder = join(layout.people, "bench-viewer");
  const { dir, profile } = await CertificateAuthority.open(layout.organisation("shipper"));
  const code = await createCode(dir, profile, { login: "bench", name: "Benchmark", role: "shipper" }, 60_000);
  await enrolPerson(folder, origins.inner.ca("shipper"), code);
  const [certificate, key] = (await Promise.all(["cert.pem", "key.pem"].map((file) => readFile(join(folder, file), "utf8")))) as [
    string,
    string,
  ];
  const cookies = new Map<string, string>();
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${origins.inner.site}/api/auth${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: origins.site, cookie: cookieHeader(cookies) },
      body: JSON.stringify(body),
    });
    for (const cookie of response.headers.getSetCookie())
      cookies.set(cookie.split("=", 1)[0] ?? "", (cookie.split(";", 1)[0] ?? "").replace(/^[^=]*=/, ""));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { challenge } = (await post("/signer/challenge", {})) as { challenge: string };
  const raw = sign("sha256", Buffer.from(challenge), { key: createPrivateKey(key), dsaEncoding: "ieee-p1363" });
  await post("/sign-in/signer", { challenge, certificate, signature: Buffer.from(lowS(new Uint8Array(raw))).toString("base64") });
  const get = (path: string) => fetch(`${origins.inner.site}${path}`, { headers: { cookie: cookieHeader(cookies) }, redirect: "manual" });
  return { get, notices: () => notices(get) };
}

const cookieHeader = (cookies: ReadonlyMap<string, string>): string => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

async function* notices(get: BenchViewer["get"]) {
  const { body } = await get("/api/live");
  if (!body) throw new Error("/api/live gave no stream");
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const at = Date.now();
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      if (!event.startsWith("event: block")) continue;
      const data = JSON.parse(event.slice(event.indexOf("data: ") + 6)) as { sensors: string[] | null };
      yield { at, sensors: data.sensors };
    }
  }
}
