// What Discover shows: the hand-picked models, or what a search at the hub finds. Renderer.
import { useInfiniteQuery } from "@tanstack/react-query";
import { createStore, useStore } from "zustand";
import type { Outcome } from "../../../electron/contract/failure";
import type { HubModelSummary, HubQuery, HubSearchPage, HubSort, RepositoryName } from "../../../electron/contract/hub";
import { queryClient } from "../../app/answers";
import { call } from "../../app/bridge";
import { repositoryIn } from "./hubLink";
import { recordHubAnswer } from "./hubReach";
import { onHubWaitOver } from "./hubWait";
import { LOADING, type Loadable } from "./loadable";

export type SizeClass = "any" | "tiny" | "small" | "medium" | "large";

export interface Found {
  readonly models: readonly HubModelSummary[];
  /** The hub has more of them. */
  readonly hasMore: boolean;
}

/** What the hub is searched for. */
export type HubSearch = Pick<HubQuery, "text" | "sort" | "family" | "parameters">;

export interface DiscoverState {
  readonly text: string;
  readonly sort: HubSort;
  readonly family: HubQuery["family"];
  readonly size: SizeClass;
  /** What is known to be too large is left out. */
  readonly fitsOnly: boolean;
  /** null: no search, the hand-picked models are shown. */
  readonly asked: HubSearch | null;
  /** The model whose own page is shown. */
  readonly openRepository: RepositoryName | null;
}

export const discoverStore = createStore<DiscoverState>()(() => ({
  text: "",
  sort: "trendingScore",
  family: null,
  size: "any",
  fitsOnly: false,
  asked: null,
  openRepository: null,
}));

export function useDiscover<Value>(select: (state: DiscoverState) => Value): Value {
  return useStore(discoverStore, select);
}

/** Typing pauses for this long before a search begins. */
const PAUSE_MS = 350;
let timer: ReturnType<typeof setTimeout> | undefined;

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
  if (repository === null) search();
  else openModel(repository);
}

export function setFilters(change: Partial<Pick<DiscoverState, "sort" | "family" | "size">>): void {
  discoverStore.setState(change);
  search();
}

export function setFitsOnly(fitsOnly: boolean): void {
  discoverStore.setState({ fitsOnly });
}

export function endSearch(): void {
  clearTimeout(timer);
  discoverStore.setState({ asked: null, family: null, size: "any", text: "", sort: "trendingScore" });
}

/** Without words: the hub's own list. What was found for the same before is asked for anew. */
export function search(): void {
  const { text, sort, family, size } = discoverStore.getState();
  queryClient.removeQueries({ queryKey: [FOUND] });
  discoverStore.setState({
    asked: { text: text.trim(), sort, family, parameters: sizeRanges[size] },
    openRepository: null,
  });
}

const FOUND = "found-models";

onHubWaitOver(() => {
  if (discoverStore.getState().asked === null) return;
  void queryClient.resetQueries({
    queryKey: [FOUND],
    predicate: ({ state }) =>
      (state.data as { pages?: Outcome<HubSearchPage>[] } | undefined)?.pages?.at(-1)?.ok === false,
  });
});

/** Page by page; stays while other pages of the app are open. */
export function useFound(asked: HubSearch): {
  readonly found: Loadable<Found>;
  readonly isSearchingMore: boolean;
  readonly searchMore: () => void;
} {
  const { data, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [FOUND, asked],
    queryFn: async ({ pageParam }) => {
      const outcome = await call("hub.search", { ...asked, cursor: pageParam });
      recordHubAnswer(outcome);
      return outcome;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.ok ? last.value.cursor : null),
    select: ({ pages }) => joinPages(pages),
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return {
    found: data ?? LOADING,
    isSearchingMore: isFetchingNextPage,
    searchMore: () => void fetchNextPage({ cancelRefetch: false }),
  };
}

function joinPages(pages: readonly Outcome<HubSearchPage>[]): Loadable<Found> {
  const models = new Map<RepositoryName, HubModelSummary>();
  let hasMore = false;
  for (const page of pages) {
    if (!page.ok) return { kind: "failed", failure: page.failure };
    // One that has become more popular meanwhile can be on two pages.
    for (const model of page.value.models) if (!models.has(model.repository)) models.set(model.repository, model);
    hasMore = page.value.cursor !== null;
  }
  return { kind: "loaded", value: { models: [...models.values()], hasMore } };
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
