// The network port over any fetch: Node's own, or one that goes through the system's proxy. Main process.
import type { Http } from "./http";

/** `fetch` must honour `redirect: "manual"` by answering with the 3xx itself. */
export function fetchHttp(fetch: typeof globalThis.fetch): Http {
  return async ({ url, headers, signal }) => {
    const response = await fetch(url, { headers, signal, redirect: "manual" });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      async readBody(onBytes) {
        if (!response.body) return;
        for await (const bytes of response.body) await onBytes(bytes);
      },
      discard: () => {
        // A body that was never read keeps its connection; an error here means it is gone already.
        response.body?.cancel().catch(() => undefined);
      },
    };
  };
}
