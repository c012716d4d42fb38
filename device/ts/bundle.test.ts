import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";

/** Everything of the light client that a browser can run: a person's signer, and a whole sensor. */
const ENTRY = `
export { LightClient } from "./client";
export { httpsLink } from "./link-https";
export { webSigner } from "./signer-web";
export { webCrypto } from "./crypto-web";
export { Sensor } from "./sensor";
export { Journal } from "./journal";
export { DeviceClock } from "./clock";
`;

async function bundle(contents: string): Promise<{ code: Uint8Array; inputs: string[]; imports: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const metafile: Metafile = result.metafile;
  return {
    code: result.outputFiles[0]?.contents ?? new Uint8Array(0),
    inputs: Object.keys(metafile.inputs),
    imports: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  };
}

test("bundles for a browser with no Node built-in, no Fabric package, no protobuf library and no schema library", async () => {
  const { code, inputs, imports } = await bundle(ENTRY);
  expect(imports).toEqual([]);
  const packages = inputs
    .filter((input) => input.includes("node_modules"))
    .map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]);
  expect([...new Set(packages)]).toEqual(["@noble/hashes"]);
  const kilobytes = (bytes: Uint8Array) => Math.round(bytes.length / 102.4) / 10;
  console.log(`light client for browsers: ${kilobytes(code)} kB, ${kilobytes(gzipSync(code))} kB gzip`);
  expect(code.length).toBeLessThan(64 * 1024);
});

test("a Node-only file in a browser bundle would be found", async () => {
  await expect(bundle('export { nodeCrypto } from "./crypto-node";')).rejects.toThrow("node:crypto");
});
