// The app's connection to the model hub: address, proxy and token as the user set them.
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { HubSettings, HubSettingsChange } from "../../contract/hubSettings";
import type { NetworkUse } from "../../contract/networkUses";
import type { HostNetwork } from "../Host";
import type { NetworkSwitches } from "../NetworkSwitches";
import type { WorkerThreads } from "../worker/WorkerThreads";
import type { JsonFile } from "../JsonFile";
import { trustingAs } from "./certificates";
import { hubAddress } from "./hubAddress";
import type { FoundToken } from "./huggingFaceTools";
import { HubClient } from "./HubClient";
import type { Http } from "./http";
import type { KeptAnswers } from "./KeptAnswers";
import { proxySetting } from "./proxySetting";
import { RateLimits } from "./rateLimit";
import { socketHttp } from "./socketHttp";
import type { StoredHubSettings } from "./StoredHubSettings";
import type { TokenStore } from "./TokenStore";

export interface HubOptions {
  file: JsonFile<StoredHubSettings>;
  token: TokenStore;
  /** The token of Hugging Face's own tools. */
  foundToken: () => FoundToken | null;
  /** Uses it where none is saved; otherwise it is offered. */
  takesFoundToken: boolean;
  network: HostNetwork;
  switches: NetworkSwitches;
  worker: WorkerThreads;
  kept: KeptAnswers;
  /** FACET_HUB_ENDPOINT: goes before what is stored. */
  fixedEndpoint: string | null;
  /** Where none is stored: HF_ENDPOINT, as in Hugging Face's own tools, or the hub itself. */
  usualEndpoint: string;
}

/** For what the hub is asked. */
export type HubUse = Extract<NetworkUse, "search" | "downloads">;

export class Hub {
  readonly #options: HubOptions;
  readonly #http: Http;
  readonly #clients = new Map<HubUse, HubClient>();
  /** The hub counts what is asked, whatever for. */
  #limits = new RateLimits(Date.now);
  #proxyIsSet: Promise<void> | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#http = async (request) => {
      await this.#setProxyOnce();
      return options.network.http(request);
    };
  }

  get endpoint(): string {
    const { fixedEndpoint, usualEndpoint, file } = this.#options;
    return fixedEndpoint ?? file.value.endpoint ?? usualEndpoint;
  }

  /** Failure: "hub-address-invalid", for an endpoint of the environment or an edited file. */
  client(use: HubUse): Outcome<HubClient> {
    const known = this.#clients.get(use);
    if (known !== undefined) return succeed(known);
    const address = hubAddress(this.endpoint);
    if (!address.ok) return address;
    const { switches, worker, kept } = this.#options;
    const direct = trustingAs(this.#http, socketHttp(this.#http));
    const client = new HubClient({
      http: switches.gate(use, this.#http),
      // Sockets of Node are quicker for large files, but know no proxy.
      contentHttp: switches.gate(use, async (request) =>
        (await this.#usesProxy(request.url)) ? this.#http(request) : direct(request),
      ),
      address: address.value,
      worker,
      kept,
      limits: this.#limits,
      token: () => this.#token(),
    });
    this.#clients.set(use, client);
    return succeed(client);
  }

  async settings(): Promise<HubSettings> {
    const { fixedEndpoint, file, token, foundToken } = this.#options;
    const hasToken = (await token.get()) !== null;
    return {
      endpoint: this.endpoint,
      endpointIsFixed: fixedEndpoint !== null,
      proxy: file.value.proxy,
      hasToken,
      offeredToken: hasToken ? null : (foundToken()?.from ?? null),
      tokenStorage: token.storage,
    };
  }

  /** Failures: "hub-address-invalid", "hub-proxy-invalid", and those of saving. */
  async save({ endpoint, proxy, token }: HubSettingsChange): Promise<Outcome<HubSettings>> {
    if (endpoint !== undefined && endpoint !== null) {
      const address = hubAddress(endpoint);
      if (!address.ok) return address;
    }
    if (proxy !== undefined && proxy !== null && proxySetting(proxy) === null) return fail("hub-proxy-invalid");
    const { file, token: store } = this.#options;
    if (endpoint !== undefined || proxy !== undefined) {
      const saved = await file.save({
        endpoint: endpoint === undefined ? file.value.endpoint : endpoint,
        proxy: proxy === undefined ? file.value.proxy : proxy,
      });
      if (!saved.ok) return saved;
      this.#clients.clear();
      this.#proxyIsSet = null;
    }
    if (token !== undefined) {
      const saved = await store.set(token);
      if (!saved.ok) return saved;
      // Another account has other limits, and sees other repositories.
      this.#clients.clear();
      this.#limits = new RateLimits(Date.now);
      this.#options.kept.forget();
    }
    return succeed(await this.settings());
  }

  /** Saves the token of Hugging Face's own tools as one that the user typed. Failures: "not-found", and those of saving. */
  async useFoundToken(): Promise<Outcome<HubSettings>> {
    const found = this.#options.foundToken();
    return found === null ? fail("not-found") : this.save({ token: found.token });
  }

  async #token(): Promise<string | null> {
    const { token, foundToken, takesFoundToken } = this.#options;
    return (await token.get()) ?? (takesFoundToken ? (foundToken()?.token ?? null) : null);
  }

  /** Resolves when no answer is being kept any more. */
  settled(): Promise<void> {
    return this.#options.kept.settled();
  }

  async #usesProxy(url: string): Promise<boolean> {
    await this.#setProxyOnce();
    return this.#options.network.usesProxy(url);
  }

  /** No request leaves before the user's proxy is set. One that cannot be set is tried again with the next request. */
  #setProxyOnce(): Promise<void> {
    const { file, network } = this.#options;
    const { proxy } = file.value;
    this.#proxyIsSet ??= network.setProxy(proxy === null ? null : proxySetting(proxy)).catch((error: unknown) => {
      this.#proxyIsSet = null;
      throw error;
    });
    return this.#proxyIsSet;
  }
}
