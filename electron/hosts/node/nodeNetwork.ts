// The hub's requests by Node's own fetch, through the proxy of the settings or of the environment (HTTPS_PROXY, NO_PROXY).
import { EnvHttpProxyAgent, fetch as undiciFetch, ProxyAgent, type Dispatcher } from "undici";
import type { HostNetwork } from "../../core/Host";
import { fetchHttp } from "../../core/hub/fetchHttp";

export function nodeNetwork(env: Readonly<Record<string, string | undefined>> = process.env): HostNetwork {
  let dispatcher: Dispatcher | null = null;
  let usesProxy = hasEnvironmentProxy(env);
  // undici's own types differ from those of the platform in names only.
  const viaProxy = ((input: string | URL, init?: RequestInit) =>
    undiciFetch(input, { ...(init as object), dispatcher: (dispatcher ??= new EnvHttpProxyAgent()) })) as typeof fetch;
  return {
    http: fetchHttp(viaProxy),
    fetch: viaProxy,
    async setProxy(proxy) {
      dispatcher = proxy === null ? new EnvHttpProxyAgent() : new ProxyAgent(proxy);
      usesProxy = proxy !== null || hasEnvironmentProxy(env);
    },
    usesProxy: async () => usesProxy,
  };
}

function hasEnvironmentProxy(env: Readonly<Record<string, string | undefined>>): boolean {
  return ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].some((name) => Boolean(env[name]));
}
