// HTTP for the hub over Chromium's network stack, which knows the system's proxy and certificates. Main process.
// Not net.fetch: it rejects redirect "manual" (electron#43715), and every redirect is to be checked before it is followed.
import { Readable } from "node:stream";
import { net, type Session } from "electron";
import type { BodySink, Http, HttpResponse } from "../../core/hub/http";
import type { ProxySetting } from "../../core/hub/proxySetting";
import { pour } from "../../core/hub/pour";

/**
 * `session` is asked for at the first request: making one takes time that the start of the app has not. `login`: what a proxy is told that asks
 * for a name and password.
 */
export function netHttp(session: () => Session, login: () => ProxySetting["login"]): Http {
  return ({ url, headers, signal }) =>
    new Promise<HttpResponse>((resolve, reject) => {
      signal.throwIfAborted();
      const request = net.request({
        url,
        session: session(),
        redirect: "manual",
        cache: "no-store",
        credentials: "omit",
        useSessionCookies: false,
      });
      for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
      const abort = () => request.abort();
      signal.addEventListener("abort", abort, { once: true });
      request.once("close", () => signal.removeEventListener("abort", abort));
      request.once("abort", () => reject(signal.aborted ? signal.reason : new Error("the request was ended")));
      request.on("error", reject);
      let wasTold = false;
      request.on("login", ({ isProxy }, answer) => {
        const known = isProxy && !wasTold ? login() : null;
        wasTold = true;
        // Asked again, it was the wrong one; no answer ends the request with the proxy's 407.
        if (known === null) answer();
        else answer(known.user, known.password);
      });
      request.once("redirect", (status, _method, location, received) => {
        resolve({
          status,
          header: (name) => (name === "location" ? location : headerOf(received, name)),
          readBody: () => Promise.reject(new Error("a redirect has no body")),
          discard: () => undefined,
        });
        request.abort();
      });
      request.once("response", (response) => {
        resolve({
          status: response.statusCode,
          header: (name) => headerOf(response.headers, name),
          readBody: (sink) => readBody(response, signal, sink),
          discard: abort,
        });
      });
      request.end();
    });
}

async function readBody(response: unknown, signal: AbortSignal, sink: BodySink): Promise<void> {
  // Documented as an emitter only; as a Readable it waits until a piece was taken.
  if (!(response instanceof Readable)) throw new Error("the answer cannot be read");
  for await (const piece of response) {
    signal.throwIfAborted();
    if (piece instanceof Uint8Array) await pour(piece, sink);
  }
}

function headerOf(headers: Readonly<Record<string, string | string[]>>, name: string): string | null {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return Array.isArray(value) ? value.join(", ") : (value ?? null);
}
