// Connects the stream receiver to this window: its port messages, its frames, the live answer store.
import { STREAM_PORT_MESSAGE } from "../../../../electron/contract/bridge";
import type { RequestId } from "../../../../electron/contract/ids";
import { call } from "../../../app/bridge";
import { flushPauseMs, recordFlush } from "./flushTiming";
import { createLiveAnswerSink } from "./liveAnswer";
import { createStreamReceiver, type StreamPort, type StreamReceiver } from "./streamReceiver";

/** A hidden window gets no frames; then text is applied, and credits go back, at this interval. */
const HIDDEN_FLUSH_MS = 250;
/** A stream that keeps breaking is requested at most this often. */
const RECONNECT_INTERVAL_MS = 1000;

let receiver: StreamReceiver | null = null;

/** Listens for ports, then asks for one. Called once, before the first render. */
export function startTokenStream(): void {
  if (receiver !== null) return;
  const sink = createLiveAnswerSink(() => performance.now());
  const started = createStreamReceiver({
    sink: {
      ...sink,
      change(received) {
        recordFlush(received.oldestTokenAtMs);
        sink.change(received);
      },
    },
    scheduleFlush: onceInAFrame,
    askForNewPort: createReconnect(),
  });
  receiver = started;
  window.addEventListener("message", (event) => {
    const port = event.ports[0];
    if (event.source !== window || event.data !== STREAM_PORT_MESSAGE || port === undefined) return;
    started.attach(asStreamPort(port));
  });
  void call("app.connectStream", undefined);
}

function asStreamPort(port: MessagePort): StreamPort {
  return {
    // Setting onmessage also starts the port.
    listen: (receive) => {
      port.onmessage = (event: MessageEvent<unknown>) => receive(event.data);
    },
    send: (message) => port.postMessage(message),
    close: () => port.close(),
  };
}

/** The shortest way to the engine; false when this window has no open stream with that id. */
export function stopStream(requestId: RequestId): boolean {
  return receiver?.stop(requestId) ?? false;
}

/** In the next frame that is not within the pause after a costly one, or by a timer when no frame comes. */
function onceInAFrame(flush: () => void): () => void {
  const timer = setTimeout(run, HIDDEN_FLUSH_MS);
  let frame = requestAnimationFrame(inFrame);
  function inFrame(): void {
    if (flushPauseMs() > 0) frame = requestAnimationFrame(inFrame);
    else run();
  }
  function cancel(): void {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  }
  function run(): void {
    cancel();
    flush();
  }
  return cancel;
}

function createReconnect(): () => void {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | null = null;
  return () => {
    if (timer !== null) return;
    const waitMs = Math.max(0, lastAtMs + RECONNECT_INTERVAL_MS - performance.now());
    timer = setTimeout(() => {
      timer = null;
      lastAtMs = performance.now();
      void call("app.connectStream", undefined);
    }, waitMs);
  };
}
