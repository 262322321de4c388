// Which part of the Fine-tunes page is shown, and which fine-tune's details are open in the list. Renderer.
import { createStore, useStore } from "zustand";
import type { DeltaId, ModelId } from "../../../electron/contract/ids";
import { layoutStore, showPage } from "../../app/layout";

export type FineTunesPart =
  | { readonly kind: "library" }
  /** fineTuneId: the model that it was opened from. */
  | { readonly kind: "make"; readonly fineTuneId: ModelId | null }
  | { readonly kind: "hub" };

interface FineTunesRoute {
  readonly part: FineTunesPart;
  readonly openId: DeltaId | null;
}

const routeStore = createStore<FineTunesRoute>()(() => ({ part: { kind: "library" }, openId: null }));

export function useFineTunesPart(): FineTunesPart {
  return useStore(routeStore, ({ part }) => part);
}

export function useIsOpen(deltaId: DeltaId): boolean {
  return useStore(routeStore, ({ openId }) => openId === deltaId);
}

export function showLibrary(): void {
  routeStore.setState({ part: { kind: "library" } });
  showPage("fine-tunes");
}

/** The list with one fine-tune's details open. */
export function showDetails(deltaId: DeltaId): void {
  routeStore.setState({ part: { kind: "library" }, openId: deltaId });
  showPage("fine-tunes");
}

export function toggleDetails(deltaId: DeltaId): void {
  routeStore.setState(({ openId }) => ({ openId: openId === deltaId ? null : deltaId }));
}

export function showMake(fineTuneId: ModelId | null = null): void {
  routeStore.setState({ part: { kind: "make", fineTuneId } });
  showPage("fine-tunes");
}

export function showHub(): void {
  routeStore.setState({ part: { kind: "hub" } });
  showPage("fine-tunes");
}

export function isLibraryShown(): boolean {
  return layoutStore.getState().page === "fine-tunes" && routeStore.getState().part.kind === "library";
}
