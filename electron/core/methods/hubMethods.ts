// The methods "hub.…" of the application.
import { succeed } from "../../contract/failure";
import type { CatalogueModel } from "../../contract/hub";
import { readCatalogue } from "../hub/catalogue";
import { rateCatalogue } from "../hub/rateCatalogue";
import type { HubClient } from "../hub/HubClient";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function hubMethods({ host, hub, estimator, speeds }: Parts) {
  let catalogue: Promise<CatalogueModel[]> | undefined;
  let lastSearch = new AbortController();
  const withClient = <Result>(use: (client: HubClient) => Result) => {
    const client = hub.client("search");
    return client.ok ? use(client.value) : client;
  };
  return {
    async "hub.catalogue"() {
      catalogue ??= readCatalogue(host.catalogueFile);
      const machine = await estimator.machine();
      return succeed(rateCatalogue(await catalogue, machine, speeds.recall(machine)));
    },
    "hub.search"(query) {
      // Only what was typed last is waited for.
      if (query.cursor === null) {
        lastSearch.abort();
        lastSearch = new AbortController();
      }
      const { signal } = lastSearch;
      return withClient((client) => client.search(query, signal));
    },
    "hub.model": ({ repository, isFresh }) =>
      withClient((client) => client.model(repository, new AbortController().signal, isFresh)),
    "hub.readme": ({ repository, revision }) =>
      withClient((client) => client.readme(repository, revision, new AbortController().signal)),
    "hub.settings": async () => succeed(await hub.settings()),
    "hub.saveSettings": (change) => hub.save(change),
    "hub.useFoundToken": () => hub.useFoundToken(),
  } satisfies Partial<CoreHandlers>;
}
