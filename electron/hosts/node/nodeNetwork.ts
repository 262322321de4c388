// The hub's requests by Node's own fetch, through the proxy of the settings or of the environment (HTTPS_PROXY, NO_PROXY).
import { EnvHttpProxyAgent, fetch as undiciFetch, ProxyAgent, type Dispatcher } from "undici";
import type { HostNetwork } from "../../core/Host";
import { trustSystemCertificates } from "../../core/hub/certificates";
import { fetchHttp } from "../../core/hub/fetchHttp";
import type { ProxySetting } from "../../core/hub/proxySetting";

export function nodeNetwork(): HostNetwork {
  let dispatcher: Dispatcher = new EnvHttpProxyAgent();
  let usesProxy = hasEnvironmentProxy();
  // undici's own types differ from those of the platform in names only.
  const viaProxy = ((input: string | URL, init?: RequestInit) => {
    trustSystemCertificates();
    return undiciFetch(input, { ...(init as object), dispatcher });
  }) as unknown as typeof fetch;
  return {
    http: fetchHttp(viaProxy),
    fetch: viaProxy,
    async setProxy(proxy) {
      trustSystemCertificates();
      dispatcher = proxy === null ? new EnvHttpProxyAgent() : proxyAgent(proxy);
      usesProxy = proxy !== null || hasEnvironmentProxy();
    },
    usesProxy: async () => usesProxy,
  };
}

function proxyAgent({ server, login }: ProxySetting): ProxyAgent {
  if (login === null) return new ProxyAgent(server);
  const token = Buffer.from(`${login.user}:${login.password}`).toString("base64");
  return new ProxyAgent({ uri: server, token: `Basic ${token}` });
}

function hasEnvironmentProxy(): boolean {
  return ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].some((name) => Boolean(process.env[name]));
}
