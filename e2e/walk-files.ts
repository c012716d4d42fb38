/** What there is to walk: pages, routes and server actions as files and build name them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Method, OWN } from "./walk-routes";

const root = fileURLToPath(new URL("..", import.meta.url));
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Files of the project, new ones too, that a pattern names. */
export function filesOf(pattern: RegExp): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "app", "components"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((file) => pattern.test(file) && existsSync(`${root}${file}`))
    .sort();
}

export const textOf = (file: string): string => readFileSync(`${root}${file}`, "utf8");

/** Methods that a route's file serves. */
export const servedBy = (file: string): readonly Method[] =>
  file.endsWith("page.tsx") ? ["GET"] : METHODS.filter((method) => new RegExp(`^export .*\\b${method}\\b`, "m").test(textOf(file)));

export interface Action {
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

/** Server actions as the build knows them, each with a page that carries it. */
export function actionsOfBuild(): readonly Action[] {
  const manifest = JSON.parse(readFileSync(`${root}.next/server/server-reference-manifest.json`, "utf8")) as {
    readonly node: Readonly<Record<string, { readonly filename: string; readonly exportedName: string; readonly workers: object }>>;
  };
  return Object.entries(manifest.node).map(([id, { filename, exportedName, workers }]) => {
    const page = Object.keys(workers).find((worker) => worker.endsWith("/page")) ?? "";
    const path = page
      .replace(/^app/, "")
      .replace(/\/page$/, "")
      .replace(/\/\([^)]+\)/g, "")
      .replace("[id]", OWN);
    return { id, name: `${filename} ${exportedName}`, path: path || "/" };
  });
}
