// Which part of the Models page is shown. Renderer.
import { createStore, useStore } from "zustand";

export type ModelsTab = "discover" | "installed" | "downloads";

const tabStore = createStore<{ readonly tab: ModelsTab }>()(() => ({ tab: "discover" }));

export function useModelsTab(): ModelsTab {
  return useStore(tabStore, ({ tab }) => tab);
}

export function showTab(tab: ModelsTab): void {
  tabStore.setState({ tab });
}
