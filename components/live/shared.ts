import { CONNECTING, LIVE_PING } from "./message";
import { connectStream, type StreamMessage } from "./stream";

const NAME = "winterseal-live";
const SILENCE = LIVE_PING * 3;

type Whisper = StreamMessage | { readonly type: "alive" } | { readonly type: "who" };

/**
 * One stream for all tabs of a browser: over HTTP/1.1 a browser opens six connections to one origin, so six tabs with a stream of
 * their own would leave none for the pages. The tab that holds the lock keeps the stream and tells the others; when it goes, the
 * next in the queue takes over; when it is there but silent (frozen by the browser), another takes the lock from it.
 * Where there are no locks (plain HTTP under a name) each tab keeps its own.
 */
export function followLive(url: string, hear: (message: StreamMessage) => void): () => void {
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) return connectStream(url, hear);
  const channel = new BroadcastChannel(NAME);
  const ended = new AbortController();
  let status = CONNECTING;
  let leading = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const pass = (message: StreamMessage) => {
    if (message.type === "status") status = message.status;
    hear(message);
  };
  const lead = (): Promise<void> =>
    new Promise((resolve) => {
      // The lock can be granted in the moment in which this tab gives up.
      if (ended.signal.aborted) return resolve();
      leading = true;
      clearTimeout(silence);
      const close = connectStream(url, (message) => {
        channel.postMessage(message satisfies Whisper);
        pass(message);
      });
      const beat = setInterval(() => channel.postMessage({ type: "alive" } satisfies Whisper), LIVE_PING);
      const end = () => {
        leading = false;
        clearInterval(beat);
        close();
        resolve();
      };
      ended.signal.addEventListener("abort", end, { once: true });
      stopLeading = end;
    });
  let stopLeading: () => void = () => undefined;

  const queue = (steal: boolean) => {
    const options: LockOptions = steal ? { steal: true } : { signal: ended.signal };
    navigator.locks.request(NAME, options, lead).catch((error: unknown) => {
      // Aborted: either this tab is done, or another took the lock because this one was frozen.
      if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
      stopLeading();
      if (!ended.signal.aborted) queue(false);
    });
  };
  const listen = () => {
    clearTimeout(silence);
    if (!leading) silence = setTimeout(() => queue(true), SILENCE);
  };
  channel.onmessage = ({ data }: MessageEvent<Whisper>) => {
    if (data.type === "who") {
      if (leading) channel.postMessage({ type: "status", status } satisfies Whisper);
      return;
    }
    listen();
    if (data.type !== "alive") pass(data);
  };

  queue(false);
  listen();
  channel.postMessage({ type: "who" } satisfies Whisper);
  return () => {
    ended.abort();
    clearTimeout(silence);
    channel.close();
  };
}
