import { afterEach, beforeEach, expect, test } from "vitest";
import { type LiveHub, openLiveHub } from "./live";
import { encodeNotice, MISSED, NOTICE_CHANNEL, type Notice } from "./notice";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
let hub: LiveHub;
let stop: AbortController;

beforeEach(async () => {
  database = await createTestDatabase();
  hub = openLiveHub(database.url);
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await hub.close();
  await database.drop();
});

const send = (notice: Notice) => database.pool.query("SELECT pg_notify($1, $2)", [NOTICE_CHANNEL, encodeNotice(notice)]);

async function next(notices: AsyncGenerator<Notice, void, undefined>): Promise<Notice | undefined> {
  const { value } = await notices.next();
  return value ?? undefined;
}

test("hands on what a commit changed", async () => {
  const notices = hub.notices(stop.signal);
  expect(await next(notices)).toEqual(MISSED);
  await send({ block: 7, shipments: ["a"], sensors: ["s"] });
  expect(await next(notices)).toEqual({ block: 7, shipments: ["a"], sensors: ["s"] });
});

test("merges what a slow reader missed into one notice", async () => {
  const notices = hub.notices(stop.signal);
  await next(notices);
  const arrived = count(3);
  const reading = notices.next();
  await send({ block: 1, shipments: ["a"], sensors: [] });
  expect((await reading).value).toMatchObject({ block: 1 });
  await send({ block: 2, shipments: ["b"], sensors: ["s"] });
  await send({ block: 3, shipments: ["c"], sensors: [] });
  await arrived;
  expect(await next(notices)).toEqual({ block: 3, shipments: ["b", "c"], sensors: ["s"] });
});

test("says that something may have been missed after its connection broke", async () => {
  const notices = hub.notices(stop.signal);
  await next(notices);
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
  );
  expect(await next(notices)).toEqual(MISSED);
  expect(hub.connected).toBe(true);
});

test("takes bytes that are no notice as one that names nothing", async () => {
  const notices = hub.notices(stop.signal);
  await next(notices);
  await database.pool.query("SELECT pg_notify($1, 'not json')", [NOTICE_CHANNEL]);
  expect(await next(notices)).toEqual(MISSED);
});

function count(wanted: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    hub.subscribe(() => {
      seen++;
      if (seen === wanted) resolve();
    });
  });
}
