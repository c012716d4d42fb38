/** What the walk expects: one entry per file of a page or an API route, and per server action. A file without one fails the walk. */
import type { Actor } from "./actors";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Status by actor. */
export type Expected = (actor: Actor) => number;

export interface Ask {
  readonly path: string;
  readonly expected: Expected;
  readonly body?: string;
  readonly type?: string;
}

export interface Entry {
  /** Asked as everybody, by the methods that the file serves. */
  readonly asks: Partial<Record<Method, readonly Ask[]>>;
  /** Whoever asks: no account is needed. */
  readonly open?: true;
}

export const OWN = "basel-zurich";
export const FOREIGN = "walk-foreign";
export const FOREIGN_SENSOR = "walk-foreign-1";

export const FOREIGN_EXCURSION = `${FOREIGN}~${FOREIGN_SENSOR}~upper~1`;

const always =
  (status: number): Expected =>
  () =>
    status;
const signedIn = ({ organisation }: Actor): boolean => organisation !== null;
/** A page sends whoever is not signed in away. One that begins with its loading state has sent 200 before it knows; the walk looks that nothing stands in it. */
const page: Expected = (actor) => (signedIn(actor) ? 200 : 307);
const streamed: Expected = (actor) => (actor.name === "pretender" ? 200 : page(actor));
const missing: Expected = (actor) => (signedIn(actor) ? 404 : 307);
const api: Expected = (actor) => (signedIn(actor) ? 200 : 401);
const hidden: Expected = (actor) => (signedIn(actor) ? 404 : 401);
const get = (...asks: readonly (readonly [path: string, expected: Expected])[]): Entry => ({
  asks: { GET: asks.map(([path, expected]) => ({ path, expected })) },
});

const shipmentPage = (rest: string) => get([`/shipments/${OWN}${rest}`, page], [`/shipments/${FOREIGN}${rest}`, missing]);
const shipmentApi = (rest: string) => get([`/api/shipments/${OWN}${rest}`, api], [`/api/shipments/${FOREIGN}${rest}`, hidden]);
/** Only a token counts there, not a session. */
const v1 = (path: string) => get([`/api/v1${path}`, always(401)]);
const xml = { body: "<none/>", type: "application/xml" };

/**
 * @param guest secret of a guest link to {@link OWN}
 * @param excursion one that the demonstration has
 */
export const routes = (guest: string, excursion: string): Readonly<Record<string, Entry>> => ({
  "app/(overview)/page.tsx": get(["/", streamed]),
  "app/shipments/(list)/page.tsx": get(["/shipments", streamed], ["/shipments?q=walk-foreign", streamed]),
  "app/shipments/new/page.tsx": get(["/shipments/new", page]),
  "app/shipments/[id]/page.tsx": shipmentPage(""),
  "app/shipments/[id]/readings/page.tsx": shipmentPage("/readings"),
  "app/shipments/[id]/evidence/page.tsx": shipmentPage("/evidence"),
  "app/shipments/[id]/pack/page.tsx": shipmentPage("/pack"),
  "app/shipments/[id]/receive/page.tsx": shipmentPage("/receive"),
  "app/shipments/[id]/share/page.tsx": get(
    [`/shipments/${OWN}/share`, (actor) => (actor.isAuditor ? 404 : page(actor))],
    [`/shipments/${FOREIGN}/share`, missing],
  ),
  "app/sensors/(list)/page.tsx": get(["/sensors", streamed], ["/sensors?q=walk-foreign", streamed]),
  "app/sensors/[id]/page.tsx": get(["/sensors/ws-0350", page], [`/sensors/${FOREIGN_SENSOR}`, missing]),
  "app/sensors/register/page.tsx": get(["/sensors/register", page]),
  "app/excursions/(list)/page.tsx": get(["/excursions", streamed]),
  "app/excursions/[id]/page.tsx": get(
    [`/excursions/${excursion}`, page],
    [`/excursions/${FOREIGN_EXCURSION}`, missing],
    ["/excursions/basel-zurich~ws-0350~upper~999", missing],
  ),
  "app/api/excursions/[id]/files/[hash]/route.ts": get([`/api/excursions/${FOREIGN_EXCURSION}/files/${"0".repeat(64)}`, hidden]),
  "app/api/excursions/[id]/files/route.ts": {
    asks: {
      POST: [{ path: `/api/excursions/${FOREIGN_EXCURSION}/files?name=x.txt`, expected: hidden, body: "a file", type: "text/plain" }],
    },
  },
  "app/ledger/(latest)/page.tsx": get(["/ledger", streamed]),
  "app/ledger/[tx]/page.tsx": get([`/ledger/${"0".repeat(64)}`, page]),
  "app/logger-files/page.tsx": get(["/logger-files", page]),
  "app/operations/page.tsx": get(["/operations", streamed]),
  "app/notifications/page.tsx": get(["/notifications", page]),
  "app/settings/page.tsx": get(["/settings", page]),
  "app/sign-in/page.tsx": { ...get(["/sign-in", (actor) => (signedIn(actor) ? 307 : 200)]), open: true },
  "app/verify/page.tsx": { ...get(["/verify", always(200)]), open: true },
  "app/share/[token]/page.tsx": { ...get([`/share/${guest}`, always(200)], [`/share/${"A".repeat(43)}`, always(404)]), open: true },
  "app/api/share/[token]/readings/route.ts": {
    ...get(
      [`/api/share/${guest}/readings?from=1&to=2&columns=100`, always(200)],
      [`/api/share/${"A".repeat(43)}/readings?from=1&to=2&columns=100`, always(404)],
    ),
    open: true,
  },
  "app/api/health/route.ts": { ...get(["/api/health", always(200)]), open: true },
  "app/api/metrics/route.ts": { ...get(["/api/metrics", always(200)]), open: true },
  "app/api/auth/[...all]/route.ts": {
    open: true,
    asks: {
      GET: [
        { path: "/api/auth/get-session", expected: always(200) },
        { path: "/api/auth/list-sessions", expected: always(404) },
      ],
      POST: [
        { path: "/api/auth/sign-up/email", expected: always(404), body: "{}", type: "application/json" },
        { path: "/api/auth/update-user", expected: always(404), body: '{"name":"x"}', type: "application/json" },
      ],
    },
  },
  "app/api/live/route.ts": get(["/api/live", api]),
  "app/api/transactions/[id]/route.ts": get([`/api/transactions/${"0".repeat(64)}`, api]),
  "app/api/shipments/[id]/readings/route.ts": shipmentApi("/readings?from=1&to=2&columns=100"),
  "app/api/shipments/[id]/batches/route.ts": shipmentApi("/batches?sensor=ws-0350&sequence=1"),
  "app/api/shipments/[id]/readings.csv/route.ts": shipmentApi("/readings.csv"),
  "app/api/shipments/[id]/epcis.jsonld/route.ts": shipmentApi("/epcis.jsonld"),
  "app/api/shipments/[id]/report.pdf/route.ts": shipmentApi("/report.pdf"),
  "app/api/shipments/[id]/evidence/route.ts": {
    asks: {
      ...shipmentApi("/evidence").asks,
      POST: [
        {
          path: `/api/shipments/${OWN}/evidence`,
          expected: (actor) => (signedIn(actor) ? 400 : 401),
          body: "{}",
          type: "application/json",
        },
        { path: `/api/shipments/${FOREIGN}/evidence`, expected: hidden, body: "{}", type: "application/json" },
      ],
    },
  },
  "app/api/calibration-certificates/route.ts": {
    asks: {
      POST: [
        {
          ...xml,
          path: "/api/calibration-certificates",
          expected: (actor) => (!signedIn(actor) ? 401 : actor.organisation === "authority" && !actor.isAuditor ? 415 : 403),
        },
      ],
    },
  },
  "app/api/logger-files/route.ts": {
    asks: {
      POST: [
        {
          path: "/api/logger-files?profile=fridge-2-8/1&unit=C&timeZone=UTC",
          expected: (actor) => (signedIn(actor) ? 422 : 401),
          body: "no logger's file",
          type: "text/plain",
        },
      ],
    },
  },
  "app/api/v1/openapi.json/route.ts": { ...get(["/api/v1/openapi.json", always(200)]), open: true },
  "app/api/v1/shipments/route.ts": v1("/shipments"),
  "app/api/v1/shipments/[id]/route.ts": v1(`/shipments/${OWN}`),
  "app/api/v1/shipments/[id]/readings/route.ts": v1(`/shipments/${OWN}/readings`),
  "app/api/v1/sensors/route.ts": v1("/sensors"),
  "app/api/v1/sensors/[id]/route.ts": v1("/sensors/ws-0350"),
});

/** Arguments that somebody would send who may. */
const choices = { rules: {}, zone: "UTC", quiet: null, digest: "07:00" };
const ROW = "00000000-0000-4000-8000-000000000000";

export interface ActionEntry {
  readonly good: readonly unknown[];
  /** What an auditor may do as well: read, or change what is their own. */
  readonly forAuditors?: true;
}

/** Server actions by file and name. */
export const ACTIONS: Readonly<Record<string, ActionEntry>> = {
  "app/shipments/[id]/share/actions.ts makeShare": { good: [OWN, "walk", 3] },
  "app/shipments/[id]/share/actions.ts endShare": { good: [ROW] },
  "app/sensors/register/read-request.ts readRequest": { good: ["no request"], forAuditors: true },
  "app/sensors/register/check-identity.ts checkIdentity": {
    good: [{ csr: "none", sensor: "ws-0350", thumbprint: "0", calibrationTo: 1 }],
    forAuditors: true,
  },
  "app/sensors/(list)/save-calibration-rule.ts saveCalibrationRule": { good: [11] },
  "app/settings/actions.ts makeToken": { good: [{ name: "walk", scopes: ["shipments:read"], days: 3 }] },
  "app/settings/actions.ts endToken": { good: [ROW] },
  "app/settings/notification-actions.ts chooseNotifications": { good: [choices], forAuditors: true },
  "app/settings/notification-actions.ts askForEmail": { good: ["nobody"], forAuditors: true },
  "app/settings/notification-actions.ts confirmEmailCode": { good: ["000000"], forAuditors: true },
  "app/settings/notification-actions.ts takeEmailAway": { good: [], forAuditors: true },
  "app/settings/notification-actions.ts makeWebhook": { good: ["nowhere"], forAuditors: true },
  "app/settings/notification-actions.ts takeWebhookAway": { good: [], forAuditors: true },
  "app/settings/notification-actions.ts sendOnceMore": { good: [ROW], forAuditors: true },
  "app/settings/notification-actions.ts readNotifications": { good: [ROW], forAuditors: true },
  "app/settings/session-actions.ts endOneSession": { good: [ROW], forAuditors: true },
  "app/settings/session-actions.ts endEveryOtherSession": { good: [], forAuditors: true },
};
