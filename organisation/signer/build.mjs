// Builds the signer's static page: three files and their hashes. The tokens come from the website's own, so both look alike.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const page = fileURLToPath(new URL("./page", import.meta.url));
const integrity = (path) => `sha256-${createHash("sha256").update(readFileSync(path)).digest("base64")}`;

/** @param {string} outdir */
export async function buildSigner(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: { app: join(page, "main.ts"), style: join(page, "style.css") },
    outdir,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
    loader: { ".woff2": "file" },
    assetNames: "[name]",
    legalComments: "none",
    logLevel: "error",
  });
  cpSync(join(page, "icon.svg"), join(outdir, "icon.svg"));
  const html = readFileSync(join(page, "index.html"), "utf8").replace(/\{\{(.+?)\}\}/g, (_, name) => integrity(join(outdir, name)));
  writeFileSync(join(outdir, "index.html"), html);
}
