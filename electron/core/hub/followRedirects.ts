// One request and the redirects after it, each address checked, the token for the first host only.
import { fail, type Outcome } from "../../contract/failure";
import { SwitchedOff } from "../NetworkSwitches";
import { isCertificateError } from "./certificates";
import type { Http, HttpResponse } from "./http";
import type { HubAddress } from "./hubAddress";
import { parseUrl } from "./parseUrl";

/** Hub → renamed repository → content network is two; more than five is a loop. */
const MAX_REDIRECTS = 5;

export interface FollowedAnswer {
  response: HttpResponse;
  /** Where the answer came from. */
  url: string;
  /** The hub's own headers about a file, wherever on the way they were said. */
  linked: { etag: string | null; sizeBytes: string | null; commit: string | null };
}

interface FollowRequest {
  http: Http;
  address: HubAddress;
  url: string;
  headers: Readonly<Record<string, string>>;
  token: string | null;
  signal: AbortSignal;
}

export async function followRedirects({
  http,
  address,
  url,
  headers,
  token,
  signal,
}: FollowRequest): Promise<Outcome<FollowedAnswer>> {
  const linked: FollowedAnswer["linked"] = { etag: null, sizeBytes: null, commit: null };
  let target = parseUrl(url);
  const firstOrigin = new URL(address.endpoint).origin;
  // Once away from the hub, the token stays away, also when a redirect leads back.
  let trusted = target?.origin === firstOrigin;
  for (let redirects = 0; ; redirects++) {
    if (!target || !address.allows(target)) {
      return fail("hub-redirect-refused", { host: (target?.host ?? "").slice(0, 200), scheme: target?.protocol ?? "" });
    }
    if (redirects > MAX_REDIRECTS)
      return fail("hub-redirect-refused", undefined, `more than ${MAX_REDIRECTS} redirects`);
    trusted &&= target.origin === firstOrigin;
    let response: HttpResponse;
    try {
      response = await http({
        url: target.href,
        headers: { ...headers, ...(token !== null && trusted ? { authorization: `Bearer ${token}` } : {}) },
        signal,
      });
    } catch (error) {
      if (error instanceof SwitchedOff) return fail("switched-off", { use: error.use });
      const { host } = target;
      if (signal.aborted && !isTimeout(signal.reason)) return fail("request-cancelled", undefined, error);
      if (isCertificateError(error)) return fail("hub-certificate-refused", { host }, error);
      if (isProxyRefusal(error)) return fail("hub-proxy-refused", undefined, error);
      return fail("hub-offline", { host }, error);
    }
    if (response.status === 407) {
      response.discard();
      return fail("hub-proxy-refused", undefined, "HTTP 407");
    }
    linked.etag ??= response.header("x-linked-etag");
    linked.sizeBytes ??= response.header("x-linked-size");
    linked.commit ??= response.header("x-repo-commit");
    const location = response.header("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
      return { ok: true, value: { response, url: target.href, linked } };
    }
    response.discard();
    target = parseUrl(location, target.href);
  }
}

/** A proxy that wants a name and password, or others: as undici and Chromium say it. */
function isProxyRefusal(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++)
    if (/Proxy response \(407\)|ERR_PROXY_AUTH|ERR_INVALID_AUTH_CREDENTIALS/u.test(cause.message)) return true;
  return false;
}

/** AbortSignal.timeout's reason, as against somebody's request to stop. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}
