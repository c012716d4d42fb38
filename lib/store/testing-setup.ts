import { startTestServer } from "./testing";

/** Vitest's global setup: one Postgres for a whole run of the integration tests. */
export default function setup(): Promise<() => Promise<void>> {
  return startTestServer();
}
