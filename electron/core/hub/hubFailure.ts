// Turns the hub's answers into failures.
import { fail, type Failure } from "../../contract/failure";
import type { HttpResponse } from "./http";
import { secondsToWait } from "./rateLimit";

/** Longer ones are cut: it is a sentence for the user, and comes from a server. */
const MAX_MESSAGE_CHARACTERS = 200;
/** What the hub says of a repository that it has taken down; it has no code for it. */
const DISABLED = /^Access to this resource is disabled\b/iu;

type Answer = Pick<HttpResponse, "status" | "header">;

/**
 * The hub says why in X-Error-Code, and in X-Error-Message for a reader. 401 without a token also stands for "there is no such
 * repository"; a token that it does not know, or that has expired, is refused with 401 too, for public repositories as well.
 */
export function failureOfStatus(response: Answer, hadToken: boolean): { ok: false; failure: Failure } {
  const { status } = response;
  const errorCode = response.header("x-error-code");
  const message = readable(response.header("x-error-message"));
  const said = message === null ? undefined : { message };
  const cause = [`HTTP ${status}`, errorCode?.slice(0, 100), message].filter(Boolean).join(" ");
  if (status === 429) {
    const seconds = secondsToWait(response, Date.now());
    return fail("hub-rate-limited", seconds === null ? undefined : { retryAfterSeconds: String(seconds) }, cause);
  }
  if (status >= 500) return fail("hub-unavailable", undefined, cause);
  if (status === 451) return fail("hub-withheld-by-law", said, cause);
  if (errorCode === "GatedRepo") return fail(hadToken ? "hub-gated" : "hub-needs-token", said, cause);
  if (errorCode === "RepoNotFound" || errorCode === "EntryNotFound" || errorCode === "RevisionNotFound") {
    return fail("hub-not-found", undefined, cause);
  }
  if (status === 401) return fail(hadToken ? "hub-token-refused" : "hub-needs-token", said, cause);
  if (status === 403) return fail(DISABLED.test(message ?? "") ? "hub-repository-disabled" : "hub-gated", said, cause);
  if (status === 404 || status === 410) return fail("hub-not-found", said, cause);
  return fail("hub-answer-invalid", said, cause);
}

/** A refusal by the content network, which knows no accounts: an address that expired, or a network that blocks it. `body`: its XML, as far as it was read. */
export function failureOfContentNetwork({ status }: Answer, body: string): { ok: false; failure: Failure } {
  const inXml = (tag: string) => readable(new RegExp(`<${tag}>([^<]{1,1000})</${tag}>`, "iu").exec(body)?.[1] ?? null);
  const message = inXml("Message");
  const cause = [`HTTP ${status} at the content network`, inXml("Code"), message].filter(Boolean).join(" ");
  return fail("hub-content-refused", message === null ? undefined : { message }, cause);
}

/** One line, without what could draw something else: controls, marks of direction, invisible characters. */
function readable(text: string | null): string | null {
  const line = (text ?? "").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return null;
  const characters = Array.from(line);
  if (characters.length <= MAX_MESSAGE_CHARACTERS) return line;
  return `${characters.slice(0, MAX_MESSAGE_CHARACTERS).join("")}…`;
}
