// Turns answers and errors of the network into the hub's failures. Main process.
import type { HubFailure, HubFailureCode } from "../../contract/hub";
import type { HttpResponse } from "./http";

export function hubFailed(
  code: HubFailureCode,
  details?: Record<string, string>,
  cause?: unknown,
): { ok: false; failure: HubFailure } {
  return {
    ok: false,
    failure: {
      code,
      ...(details === undefined ? {} : { details }),
      ...(cause === undefined ? {} : { cause: describe(cause) }),
    },
  };
}

/** The whole chain of causes: fetch's own message is only ever "fetch failed". */
function describe(cause: unknown): string {
  const lines: string[] = [];
  for (let error = cause; error !== undefined && lines.length < 4; ) {
    lines.push(error instanceof Error ? `${error.name}: ${error.message}` : typeof error === "string" ? error : (JSON.stringify(error) ?? ""));
    error = error instanceof Error ? error.cause : undefined;
  }
  return lines.join(" < ").slice(0, 4000);
}

/** The hub says why in X-Error-Code; 401 without a token also stands for "there is no such repository". */
export function failureOfStatus(response: Pick<HttpResponse, "status" | "header">, hadToken: boolean): { ok: false; failure: HubFailure } {
  const { status } = response;
  const errorCode = response.header("x-error-code");
  const cause = `HTTP ${status}${errorCode ? ` ${errorCode.slice(0, 100)}` : ""}`;
  if (status === 429) {
    const seconds = retryAfterSeconds(response.header("retry-after"), Date.now());
    return hubFailed("hub-rate-limited", seconds === null ? undefined : { retryAfterSeconds: String(seconds) }, cause);
  }
  if (status >= 500) return hubFailed("hub-unavailable", undefined, cause);
  if (errorCode === "GatedRepo") return hubFailed(hadToken ? "hub-gated" : "hub-needs-token", undefined, cause);
  if (errorCode === "RepoNotFound" || errorCode === "EntryNotFound" || errorCode === "RevisionNotFound") {
    return hubFailed("hub-not-found", undefined, cause);
  }
  if (status === 401) return hubFailed("hub-needs-token", undefined, cause);
  if (status === 403) return hubFailed("hub-gated", undefined, cause);
  if (status === 404 || status === 410) return hubFailed("hub-not-found", undefined, cause);
  return hubFailed("hub-answer-invalid", undefined, cause);
}

/** Seconds or an HTTP date (RFC 9110); null when absent or nonsense. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/u.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - nowMs) / 1000));
}
