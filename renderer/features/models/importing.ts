// What was dropped or chosen and waits for the user's word. Renderer.
import { createStore, useStore } from "zustand";
import type { ImportOffer } from "../../../electron/contract/importing";
import type { ModelId } from "../../../electron/contract/ids";
import { callOrNotify } from "../../app/bridge";
import { showPage } from "../../app/layout";
import { showFailure } from "../../app/notices";
import { showTab } from "./modelsRoute";

interface ImportState {
  readonly offer: ImportOffer | null;
  /** Between a drop and what it holds: a folder takes a moment. */
  readonly isLooking: boolean;
}

const importStore = createStore<ImportState>()(() => ({
  offer: null,
  isLooking: false,
}));

export function useImport<Value>(select: (state: ImportState) => Value): Value {
  return useStore(importStore, select);
}

/** The files' paths go to main without coming by here. Files that are nothing to a list of models go to `elsewhere` where there is one. */
export async function importDropped(files: readonly File[], elsewhere?: () => void): Promise<void> {
  if (files.length === 0) return;
  importStore.setState({ isLooking: true });
  const outcome = await window.facet.importDropped(files);
  importStore.setState({ isLooking: false });
  // Without a path: a picture dragged out of another window.
  if (outcome === null) elsewhere?.();
  else if (!outcome.ok) showFailure(outcome.failure);
  else if (elsewhere !== undefined && isEmpty(outcome.value)) elsewhere();
  else importStore.setState({ offer: outcome.value });
}

/** Nothing that is or was meant to be a model. */
function isEmpty({ models, adapters, leftOut, isPartial }: ImportOffer): boolean {
  const { others, notGguf, notWhole } = leftOut;
  return (
    models.length + adapters.length + others.length + notWhole.length === 0 &&
    !isPartial &&
    !notGguf.some((name) => /\.gguf$/iu.test(name))
  );
}

export async function chooseFolders(): Promise<void> {
  const offer = await callOrNotify("import.chooseFolders", undefined);
  if (offer !== null) importStore.setState({ offer });
}

export function dropOffer(): void {
  importStore.setState({ offer: null });
}

/** A single model is loaded, and the chat shows it. */
export async function takeOfferInPlace({ id }: ImportOffer, modelIds: ModelId[]): Promise<void> {
  dropOffer();
  if (modelIds.length === 1) showPage("chat");
  else showInstalled();
  await callOrNotify("import.useInPlace", { offerId: id, modelIds });
}

export async function copyOffer({ id }: ImportOffer, modelIds: ModelId[]): Promise<void> {
  dropOffer();
  showInstalled();
  await callOrNotify("import.copy", { offerId: id, modelIds });
}

export async function addFineTunes({ id }: ImportOffer): Promise<void> {
  await callOrNotify("import.addFineTunes", { offerId: id });
}

export async function takeFoundModel(modelId: ModelId): Promise<void> {
  showPage("chat");
  await callOrNotify("import.useFound", { modelId });
}

function showInstalled(): void {
  showPage("models");
  showTab("installed");
}
