// Turns the hub's answers into failures.
import { fail, type Failure } from "../../contract/failure";
import type { HttpResponse } from "./http";

/** The hub says why in X-Error-Code; 401 without a token also stands for "there is no such repository". */
export function failureOfStatus(
  response: Pick<HttpResponse, "status" | "header">,
  hadToken: boolean,
): { ok: false; failure: Failure } {
  const { status } = response;
  const errorCode = response.header("x-error-code");
  const cause = `HTTP ${status}${errorCode ? ` ${errorCode.slice(0, 100)}` : ""}`;
  if (status === 429) {
    const seconds = retryAfterSeconds(response.header("retry-after"), Date.now());
    return fail("hub-rate-limited", seconds === null ? undefined : { retryAfterSeconds: String(seconds) }, cause);
  }
  if (status >= 500) return fail("hub-unavailable", undefined, cause);
  if (errorCode === "GatedRepo") return fail(hadToken ? "hub-gated" : "hub-needs-token", undefined, cause);
  if (errorCode === "RepoNotFound" || errorCode === "EntryNotFound" || errorCode === "RevisionNotFound") {
    return fail("hub-not-found", undefined, cause);
  }
  if (status === 401) return fail("hub-needs-token", undefined, cause);
  if (status === 403) return fail("hub-gated", undefined, cause);
  if (status === 404 || status === 410) return fail("hub-not-found", undefined, cause);
  return fail("hub-answer-invalid", undefined, cause);
}

/** Seconds or an HTTP date (RFC 9110); null when absent or nonsense. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/u.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - nowMs) / 1000));
}

/** 0: the hub did not ask for it. */
export function waitAskedForMs(failure: Failure): number {
  return failure.code === "hub-rate-limited" ? Number(failure.details?.retryAfterSeconds ?? 0) * 1000 : 0;
}
