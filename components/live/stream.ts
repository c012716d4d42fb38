import { CONNECTING, LIVE_EVENTS, LIVE_PING, type LiveNotice, type LiveStatus, parseNotice } from "./message";

export type StreamMessage =
  | { readonly type: "status"; readonly status: LiveStatus }
  /** Committed; `missed` says that something may have come while the stream was lost, so everything must be asked again. */
  /** The session was ended: nothing more comes, and what stands on the page is not this reader's to see any more. */
  | { readonly type: "over" }
  | { readonly type: "notice"; readonly notice: LiveNotice; readonly missed: boolean };

const RETRY = { least: 1_000, most: 15_000 };
const SILENCE = LIVE_PING * 2 + 5_000;

/**
 * One connection to the live route. It opens again by itself, also after an answer that makes an EventSource give up, and it
 * notices a connection that is open but silent. A browser that says it has no network is believed at once, and asked anyway: the
 * server may be on the same machine.
 */
export function connectStream(url: string, hear: (message: StreamMessage) => void): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let wait = RETRY.least;
  let status = CONNECTING;

  const say = (next: LiveStatus) => {
    status = next;
    hear({ type: "status", status });
  };
  const alive = (heard: Pick<LiveStatus, "block" | "halted">) => {
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE);
    wait = RETRY.least;
    const { block, halted } = heard;
    if (status.state !== "live" || block !== status.block || halted !== status.halted) say({ state: "live", block, halted, lostAt: null });
  };
  const take = (event: MessageEvent<string>, kind: "hello" | "block") => {
    const notice = parseNotice(event.data);
    if (!notice) return;
    const missed = kind === "hello" && status.block !== null && notice.block !== status.block;
    alive(notice);
    if (kind === "block" || missed) hear({ type: "notice", notice, missed });
  };
  const open = () => {
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE);
    source = new EventSource(url);
    source.addEventListener(LIVE_EVENTS.hello, (event) => take(event, "hello"));
    source.addEventListener(LIVE_EVENTS.block, (event) => take(event, "block"));
    source.addEventListener(LIVE_EVENTS.ping, () => alive(status));
    source.addEventListener(LIVE_EVENTS.again, () => {
      source?.close();
      open();
    });
    source.addEventListener(LIVE_EVENTS.over, () => {
      source?.close();
      clearTimeout(silence);
      hear({ type: "over" });
    });
    source.addEventListener("error", lose);
  };
  function lose(): void {
    source?.close();
    clearTimeout(silence);
    clearTimeout(retry);
    if (status.state !== "lost") say({ ...status, state: "lost", lostAt: Date.now() });
    retry = setTimeout(open, wait);
    wait = Math.min(wait * 2, RETRY.most);
  }

  const retryNow = () => {
    if (status.state !== "lost") return;
    clearTimeout(retry);
    source?.close();
    wait = RETRY.least;
    open();
  };
  window.addEventListener("offline", lose);
  window.addEventListener("online", retryNow);
  open();
  return () => {
    window.removeEventListener("offline", lose);
    window.removeEventListener("online", retryNow);
    source?.close();
    clearTimeout(silence);
    clearTimeout(retry);
  };
}
