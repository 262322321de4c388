// The hub's requests over Chromium's network stack, which knows the system's proxy and certificates. Main process.
import { net, session, type Session } from "electron";
import type { HostNetwork } from "../../core/Host";
import { trustSystemCertificates } from "../../core/hub/certificates";
import type { ProxySetting } from "../../core/hub/proxySetting";
import { netHttp } from "./netHttp";

export function electronNetwork(): HostNetwork {
  let own: Session | null = null;
  let login: ProxySetting["login"] = null;
  /** In memory: no cookies, no cache, nothing of the window's. Made at the first request: it takes time that the start of the app has not. */
  const ownSession = () => (own ??= session.fromPartition("facet-hub"));
  return {
    http: netHttp(ownSession, () => login),
    fetch: (input, init) => net.fetch(input instanceof URL ? input.href : input, init),
    setProxy(proxy) {
      // Chromium trusts them by itself; contents come over Node's sockets.
      trustSystemCertificates();
      login = proxy?.login ?? null;
      return ownSession().setProxy(
        proxy === null
          ? { mode: "system" }
          : { mode: "fixed_servers", proxyRules: proxy.server, proxyBypassRules: "<local>" },
      );
    },
    usesProxy: async (url) => (await ownSession().resolveProxy(url)) !== "DIRECT",
  };
}
