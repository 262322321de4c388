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

interface ModelsRoute {
  readonly tab: ModelsTab;
  readonly subject: ModelSubject | null;
}

const routeStore = createStore<ModelsRoute>()(() => ({ tab: "discover", subject: null }));

export function useModelsTab(): ModelsTab {
  return useStore(routeStore, ({ tab }) => tab);
}

export function useModelSubject(): ModelSubject | null {
  return useStore(routeStore, ({ subject }) => subject);
}

export function showTab(tab: ModelsTab): void {
  routeStore.setState({ tab, subject: null });
}

/** Nothing but this tab is on screen, as far as the Models page is. */
export function isTabShown(tab: ModelsTab): boolean {
  const route = routeStore.getState();
  return route.tab === tab && route.subject === null;
}

export function openQuantize(source: QuantizeSource, modelName: string): void {
  routeStore.setState({ subject: { kind: "quantize", source, modelName } });
}

export function openQuality(modelId: ModelId): void {
  routeStore.setState({ subject: { kind: "quality", modelId } });
}

/** What a model's file says of it. From another page, which "back" then leads to, beside the list of installed models. */
export function openAbout(modelId: ModelId, openedFrom: PageName): void {
  routeStore.setState(({ tab }) => ({
    tab: openedFrom === "models" ? tab : "installed",
    subject: { kind: "about", modelId, openedFrom },
  }));
  showPage("models");
}

export function closeSubject(): void {
  const { subject } = routeStore.getState();
  routeStore.setState({ subject: null });
  if (subject?.kind === "about") showPage(subject.openedFrom);
}
