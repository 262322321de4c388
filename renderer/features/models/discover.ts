// What Discover shows: the hand-picked models, or what a search at the hub found. Renderer.
import { createStore, useStore } from "zustand";
import type {
  CatalogueModel,
  HubModelSummary,
  HubQuery,
  HubSort,
  RepositoryName,
} from "../../../electron/contract/hub";
import { call } from "../../app/bridge";
import { repositoryIn } from "./hubLink";
import { recordHubAnswer } from "./hubReach";
import { LOADING, type Loadable } from "./loadable";

export type SizeClass = "any" | "tiny" | "small" | "medium" | "large";

export interface Found {
  readonly models: readonly HubModelSummary[];
  /** Where more are to be had; null at the end. */
  readonly cursor: string | null;
  readonly loadingMore: boolean;
}

export interface DiscoverState {
  readonly text: string;
  readonly sort: HubSort;
  readonly family: string | null;
  readonly size: SizeClass;
  readonly catalogue: Loadable<readonly CatalogueModel[]>;
  /** null: no search, the hand-picked models are shown. */
  readonly found: Loadable<Found> | null;
  /** The model whose own page is shown. */
  readonly openRepository: RepositoryName | null;
}

export const discoverStore = createStore<DiscoverState>()(() => ({
  text: "",
  sort: "trendingScore",
  family: null,
  size: "any",
  catalogue: LOADING,
  found: null,
  openRepository: null,
}));

export function useDiscover<Value>(select: (state: DiscoverState) => Value): Value {
  return useStore(discoverStore, select);
}

/** Typing pauses for this long before a search begins. */
const PAUSE_MS = 350;
let timer: ReturnType<typeof setTimeout> | undefined;
let newestSearch = 0;

export async function loadCatalogue(): Promise<void> {
  if (discoverStore.getState().catalogue.kind === "loaded") return;
  const outcome = await call("hub.catalogue", undefined);
  discoverStore.setState({
    catalogue: outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure },
  });
}

/** Searches when typing pauses. An empty field shows the hand-picked models again. */
export function typeSearch(text: string): void {
  discoverStore.setState({ text });
  clearTimeout(timer);
  if (text.trim() === "") endSearch();
  else timer = setTimeout(submitSearch, PAUSE_MS);
}

/** A pasted link opens the model's page; other words are searched for. */
export function submitSearch(): void {
  clearTimeout(timer);
  const repository = repositoryIn(discoverStore.getState().text);
  if (repository === null) void search();
  else openModel(repository);
}

export function setFilters(change: Partial<Pick<DiscoverState, "sort" | "family" | "size">>): void {
  discoverStore.setState(change);
  void search();
}

/** The hub's own list, without words to search for. */
export function browseHub(): void {
  void search();
}

export function endSearch(): void {
  clearTimeout(timer);
  newestSearch++;
  discoverStore.setState({ found: null, family: null, size: "any", text: "", sort: "trendingScore" });
}

export async function search(): Promise<void> {
  const search = ++newestSearch;
  const { text, sort, family, size } = discoverStore.getState();
  discoverStore.setState({ found: LOADING, openRepository: null });
  const outcome = await call("hub.search", {
    text: text.trim(),
    sort,
    family,
    parameters: sizeRanges[size],
    cursor: null,
  });
  recordHubAnswer(outcome);
  if (search !== newestSearch) return;
  discoverStore.setState({
    found: outcome.ok
      ? { kind: "loaded", value: { ...outcome.value, loadingMore: false } }
      : { kind: "failed", failure: outcome.failure },
  });
}

export async function searchMore(): Promise<void> {
  const search = newestSearch;
  const { text, sort, family, size, found } = discoverStore.getState();
  if (found?.kind !== "loaded" || found.value.cursor === null || found.value.loadingMore) return;
  const { models, cursor } = found.value;
  discoverStore.setState({ found: { kind: "loaded", value: { models, cursor, loadingMore: true } } });
  const outcome = await call("hub.search", { text: text.trim(), sort, family, parameters: sizeRanges[size], cursor });
  recordHubAnswer(outcome);
  if (search !== newestSearch) return;
  if (!outcome.ok) {
    discoverStore.setState({ found: { kind: "failed", failure: outcome.failure } });
    return;
  }
  const known = new Set(models.map(({ repository }) => repository));
  const added = outcome.value.models.filter(({ repository }) => !known.has(repository));
  discoverStore.setState({
    found: {
      kind: "loaded",
      value: { models: [...models, ...added], cursor: outcome.value.cursor, loadingMore: false },
    },
  });
}

export function openModel(repository: RepositoryName): void {
  discoverStore.setState({ openRepository: repository });
}

export function closeModel(): void {
  // A pasted link has done its work; searching for it would find nothing.
  if (repositoryIn(discoverStore.getState().text) !== null) endSearch();
  discoverStore.setState({ openRepository: null });
}

/** In billions of parameters, as a user thinks of them; from the first, below the second. */
const sizeRanges: Readonly<Record<SizeClass, HubQuery["parameters"]>> = {
  any: null,
  tiny: { minBillions: null, maxBillions: 2 },
  small: { minBillions: 2, maxBillions: 9 },
  medium: { minBillions: 9, maxBillions: 36 },
  large: { minBillions: 36, maxBillions: null },
};

/** The hub filters too; this is for hubs that do not, and for what lies exactly on a bound. */
export function isOfSize({ parameterCount }: HubModelSummary, size: SizeClass): boolean {
  const range = sizeRanges[size];
  if (range === null) return true;
  if (parameterCount === null) return false;
  const billions = parameterCount / 1_000_000_000;
  return billions >= (range.minBillions ?? 0) && billions < (range.maxBillions ?? Infinity);
}
