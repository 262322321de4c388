// The app's connection to the model hub: address, proxy and token as the person set them. Main process.
import { session, type Session } from "electron";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { HubSettings, HubSettingsChange } from "../contract/hubSettings";
import { DEFAULT_ENDPOINT, hubAddress } from "../services/hub/hubAddress";
import { HubClient } from "../services/hub/HubClient";
import type { Http } from "../services/hub/http";
import { parseUrl } from "../services/hub/parseUrl";
import type { StoredHubSettings } from "../services/hub/StoredHubSettings";
import { socketHttp } from "../services/hub/socketHttp";
import type { JsonFile } from "../services/JsonFile";
import { netHttp } from "./netHttp";
import type { TokenStore } from "./TokenStore";

export interface HubOptions {
  file: JsonFile<StoredHubSettings>;
  token: TokenStore;
  /** FACET_HUB_ENDPOINT: goes before what is stored. */
  fixedEndpoint: string | null;
}

export class Hub {
  readonly #options: HubOptions;
  #session: Session | null = null;
  readonly #http: Http;
  #client: HubClient | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#http = netHttp(() => this.#ownSession());
  }

  get endpoint(): string {
    const { fixedEndpoint, file } = this.#options;
    return fixedEndpoint ?? file.value.endpoint ?? DEFAULT_ENDPOINT;
  }

  /** Failure: "hub-address-invalid", for an endpoint of the environment or an edited file. */
  client(): Outcome<HubClient> {
    if (this.#client) return succeed(this.#client);
    const address = hubAddress(this.endpoint);
    if (!address.ok) return address;
    const direct = socketHttp(this.#http);
    this.#client = new HubClient({
      http: this.#http,
      // Sockets of Node are quicker for large files, but know no proxy.
      contentHttp: async (request) => ((await this.#usesProxy(request.url)) ? this.#http(request) : direct(request)),
      address: address.value,
      token: () => this.#options.token.get(),
    });
    return succeed(this.#client);
  }

  async settings(): Promise<HubSettings> {
    const { fixedEndpoint, file, token } = this.#options;
    return {
      endpoint: this.endpoint,
      endpointIsFixed: fixedEndpoint !== null,
      proxy: file.value.proxy,
      hasToken: (await token.get()) !== null,
      tokenStorage: token.storage,
    };
  }

  /** Failures: "hub-address-invalid", "hub-proxy-invalid", and those of saving. */
  async save({ endpoint, proxy, token }: HubSettingsChange): Promise<Outcome<HubSettings>> {
    if (endpoint !== undefined && endpoint !== null) {
      const address = hubAddress(endpoint);
      if (!address.ok) return address;
    }
    if (proxy !== undefined && proxy !== null && !isProxy(proxy)) return fail("hub-proxy-invalid");
    const { file, token: store } = this.#options;
    if (endpoint !== undefined || proxy !== undefined) {
      const saved = await file.save({
        endpoint: endpoint === undefined ? file.value.endpoint : endpoint,
        proxy: proxy === undefined ? file.value.proxy : proxy,
      });
      if (!saved.ok) return saved;
      this.#client = null;
      if (this.#session) await setProxy(this.#session, file.value.proxy);
    }
    if (token !== undefined) {
      const saved = await store.set(token);
      if (!saved.ok) return saved;
    }
    return succeed(await this.settings());
  }

  /** In memory: no cookies, no cache, nothing of the window's. */
  #ownSession(): Session {
    if (this.#session === null) {
      this.#session = session.fromPartition("facet-hub");
      void setProxy(this.#session, this.#options.file.value.proxy);
    }
    return this.#session;
  }

  async #usesProxy(url: string): Promise<boolean> {
    return (await this.#ownSession().resolveProxy(url)) !== "DIRECT";
  }
}

async function setProxy(of: Session, proxy: string | null): Promise<void> {
  await of.setProxy(
    proxy === null ? { mode: "system" } : { mode: "fixed_servers", proxyRules: proxy, proxyBypassRules: "<local>" },
  );
}

function isProxy(proxy: string): boolean {
  const url = parseUrl(proxy);
  return (
    url !== null &&
    ["http:", "https:", "socks4:", "socks5:"].includes(url.protocol) &&
    url.hostname !== "" &&
    ["", "/"].includes(url.pathname) &&
    !url.search &&
    !url.hash
  );
}
