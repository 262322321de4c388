// Which part of the Models page is shown: a tab, or in its place a page about one model. Renderer.
import { createStore, useStore } from "zustand";
import type { ModelId } from "../../../electron/contract/ids";
import type { QuantizeSource } from "../../../electron/contract/quantize";
import { showPage, type PageName } from "../../app/layout";

export type ModelsTab = "discover" | "installed" | "downloads" | "estimates";

/** Opened from a tab or another page, and left by going back there. */
export type ModelSubject =
  | { readonly kind: "about"; readonly modelId: ModelId; readonly openedFrom: PageName }
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

/** What a model's file says of it. From another page, which "back" then leads to, beside the list of installed models. */
export function openAbout(modelId: ModelId, openedFrom: PageName): void {
  placeStore.setState(({ tab }) => ({
    tab: openedFrom === "models" ? tab : "installed",
    subject: { kind: "about", modelId, openedFrom },
  }));
  showPage("models");
}

export function closeSubject(): void {
  const { subject } = placeStore.getState();
  placeStore.setState({ subject: null });
  if (subject?.kind === "about") showPage(subject.openedFrom);
}
