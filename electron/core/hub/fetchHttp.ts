// The network port over any fetch: Node's own, or one that goes through the system's proxy.
import type { Http } from "./http";
import { pour } from "./pour";

/** `fetch` must honour `redirect: "manual"` by answering with the 3xx itself. */
export function fetchHttp(fetch: typeof globalThis.fetch): Http {
  return async ({ url, headers, signal }) => {
    const response = await fetch(url, { headers, signal, redirect: "manual" });
    const reader = response.body?.getReader();
    const cancel = (): void => {
      // A body that was never read keeps its connection; an error here means it is gone already.
      reader?.cancel().catch(() => undefined);
    };
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      async readBody(sink) {
        if (!reader) return;
        // Node's fetch holds its request weakly: once that is collected, an abort no longer reaches the body by itself.
        signal.addEventListener("abort", cancel, { once: true });
        try {
          for (;;) {
            signal.throwIfAborted();
            const { done, value } = await reader.read();
            if (done) break;
            await pour(value, sink);
          }
          signal.throwIfAborted();
        } finally {
          signal.removeEventListener("abort", cancel);
        }
      },
      discard: cancel,
    };
  };
}
