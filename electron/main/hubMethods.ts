// The methods "hub.…" of the contract. Main process.
import path from "node:path";
import { succeed } from "../contract/failure";
import type { CatalogueModel } from "../contract/hub";
import { readCatalogue } from "../services/hub/catalogue";
import type { HubClient } from "../services/hub/HubClient";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";

/** Comes with the app; .vite/build is where this runs. */
const CATALOGUE_FILE = path.join(__dirname, "../../resources/catalogue.json");

type HubHandlers = Pick<
  Handlers,
  "hub.catalogue" | "hub.search" | "hub.model" | "hub.readme" | "hub.settings" | "hub.saveSettings"
>;

export function hubMethods({ hub }: AppContext): HubHandlers {
  let catalogue: Promise<CatalogueModel[]> | undefined;
  let lastSearch = new AbortController();
  const withClient = <Result>(use: (client: HubClient) => Result) => {
    const client = hub.client();
    return client.ok ? use(client.value) : client;
  };
  return {
    async "hub.catalogue"() {
      catalogue ??= readCatalogue(CATALOGUE_FILE);
      return succeed(await catalogue);
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
    "hub.model": ({ repository }) => withClient((client) => client.model(repository, new AbortController().signal)),
    "hub.readme": ({ repository, revision }) =>
      withClient((client) => client.readme(repository, revision, new AbortController().signal)),
    "hub.settings": async () => succeed(await hub.settings()),
    "hub.saveSettings": (change) => hub.save(change),
  };
}
