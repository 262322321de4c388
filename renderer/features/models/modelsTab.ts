// Which part of the Models page is shown: a tab, or in its place a page about one model. Renderer.
import { createStore, useStore } from "zustand";
import type { ModelId } from "../../../electron/contract/ids";
import type { QuantizeSource } from "../../../electron/contract/quantize";

export type ModelsTab = "discover" | "installed" | "downloads" | "estimates";

/** Opened from a tab, and left by going back to it. */
export type ModelSubject =
  | { readonly kind: "quantize"; readonly source: QuantizeSource; readonly modelName: string }
  | { readonly kind: "quality"; readonly modelId: ModelId };

interface ModelsPlace {
  readonly tab: ModelsTab;
  readonly subject: ModelSubject | null;
}

const placeStore = createStore<ModelsPlace>()(() => ({ tab: "discover", subject: null }));

export function useModelsTab(): ModelsTab {
  return useStore(placeStore, ({ tab }) => tab);
}

export function useModelSubject(): ModelSubject | null {
  return useStore(placeStore, ({ subject }) => subject);
}

export function showTab(tab: ModelsTab): void {
  placeStore.setState({ tab, subject: null });
}

/** Nothing but this tab is on screen, as far as the Models page is. */
export function isTabShown(tab: ModelsTab): boolean {
  const place = placeStore.getState();
  return place.tab === tab && place.subject === null;
}

export function openQuantize(source: QuantizeSource, modelName: string): void {
  placeStore.setState({ subject: { kind: "quantize", source, modelName } });
}

export function openQuality(modelId: ModelId): void {
  placeStore.setState({ subject: { kind: "quality", modelId } });
}

export function closeSubject(): void {
  placeStore.setState({ subject: null });
}
