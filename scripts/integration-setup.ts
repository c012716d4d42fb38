import { buildServices } from "./build.mjs";

/** Integration tests start the real processes from dist/, so dist/ is built first, once. */
export default async function setup(): Promise<void> {
  await buildServices();
}
