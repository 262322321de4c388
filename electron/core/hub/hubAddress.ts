// Which addresses the app talks to: https at known hosts, or everything on loopback when the endpoint is there. Pure.
import { fail, type Outcome } from "../../contract/failure";
import { parseUrl } from "./parseUrl";

export const DEFAULT_ENDPOINT = "https://huggingface.co";

/** The hub's own content hosts: what huggingface.co, and mirrors of it, redirect to. Subdomains included. */
const CONTENT_HOSTS = ["huggingface.co", "hf.co"];

export interface HubAddress {
  /** Without a slash at the end. */
  endpoint: string;
  /** Whether a request may go to this address, as the first one or by a redirect. */
  allows(url: URL): boolean;
}

/**
 * Checks the configured endpoint. Plain http is for loopback only (a hub on this computer).
 * `contentHosts` are further hosts, with their subdomains, that a mirror redirects to.
 */
export function hubAddress(endpoint: string, contentHosts: readonly string[] = []): Outcome<HubAddress> {
  const url = parseUrl(endpoint);
  if (!url) return fail("hub-address-invalid", { endpoint: endpoint.slice(0, 200) });
  const local = isLoopback(url);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) {
    return fail("hub-address-invalid", { endpoint: endpoint.slice(0, 200) }, "not https");
  }
  if (url.username || url.password || url.search || url.hash) {
    return fail("hub-address-invalid", undefined, "an endpoint has no user name, query or fragment");
  }
  const hosts = [...CONTENT_HOSTS, ...contentHosts, url.hostname];
  return {
    ok: true,
    value: {
      endpoint: url.href.replace(/\/+$/u, ""),
      allows(target) {
        if (target.username || target.password) return false;
        if (local && isLoopback(target)) return target.protocol === "http:" || target.protocol === "https:";
        return (
          target.protocol === "https:" &&
          hosts.some((host) => target.hostname === host || target.hostname.endsWith(`.${host}`))
        );
      },
    },
  };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/u.test(hostname);
}
