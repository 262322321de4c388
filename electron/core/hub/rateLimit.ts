// What the hub says of its rate limits, in the headers of its answers, and the doors that stay shut until a limit is over.
// https://huggingface.co/docs/hub/rate-limits, after draft-ietf-httpapi-ratelimit-headers: `RateLimit: "api";r=0;t=55` (r: requests left,
// t: seconds until they are renewed), `RateLimit-Policy: "fixed window";"api";q=500;w=300` (w: seconds of the window).
import { fail, type Failure } from "../../contract/failure";
import type { HttpResponse } from "./http";

/** Windows are five minutes long. What asks for more than an hour is a mistake. */
const MAX_WAIT_SECONDS = 3600;
const ITEM = /"[^"]{0,100}"((?:\s*;\s*[a-z]+\s*=\s*\d{1,9})+)/gu;
const WINDOW = /;\s*w\s*=\s*(\d{1,9})/u;

/** Seconds until requests are taken again; null where nothing is said, or where some are left. */
export function secondsUntilRenewed({ header }: Pick<HttpResponse, "header">): number | null {
  let seconds: number | null = null;
  for (const [, parameters = ""] of (header("ratelimit") ?? "").slice(0, 1000).matchAll(ITEM)) {
    const value = (name: string) => new RegExp(`;\\s*${name}\\s*=\\s*(\\d+)`, "u").exec(parameters)?.[1];
    const [left, until] = [value("r"), value("t")];
    if (left !== undefined && Number(left) === 0 && until !== undefined)
      seconds = Math.max(seconds ?? 0, Math.min(MAX_WAIT_SECONDS, Number(until)));
  }
  return seconds;
}

/** How long a 429 asks to wait: by the limit itself, by Retry-After, else one whole window; null when nothing is said. */
export function secondsToWait(response: Pick<HttpResponse, "header">, nowMs: number): number | null {
  const seconds =
    secondsUntilRenewed(response) ??
    retryAfterSeconds(response.header("retry-after"), nowMs) ??
    WINDOW.exec(response.header("ratelimit-policy") ?? "")?.[1] ??
    null;
  return seconds === null ? null : Math.min(MAX_WAIT_SECONDS, Number(seconds));
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

/** The hub counts requests to its API, to files' addresses and to pages apart. */
type Door = "api" | "resolve" | "page";

function doorOf(url: string): Door {
  const { pathname } = new URL(url);
  if (pathname.includes("/resolve/")) return "resolve";
  return pathname.includes("/api/") ? "api" : "page";
}

/** Knows until when the hub takes no requests, so that none is made for nothing: each of them may count too. */
export class RateLimits {
  readonly #now: () => number;
  readonly #shutUntilMs = new Map<Door, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** "hub-rate-limited" with what is left to wait, for an address that must not be asked for now. */
  refusal(url: string): { ok: false; failure: Failure } | null {
    const leftMs = (this.#shutUntilMs.get(doorOf(url)) ?? 0) - this.#now();
    if (leftMs <= 0) return null;
    const seconds = Math.ceil(leftMs / 1000);
    return fail("hub-rate-limited", { retryAfterSeconds: String(seconds) }, `still ${seconds} s of its limit`);
  }

  /** An answer of the hub itself, to a request for this address. */
  answered(url: string, response: Pick<HttpResponse, "status" | "header">): void {
    const nowMs = this.#now();
    const seconds = response.status === 429 ? secondsToWait(response, nowMs) : secondsUntilRenewed(response);
    if (seconds !== null && seconds > 0) this.#shutUntilMs.set(doorOf(url), nowMs + seconds * 1000);
  }
}
