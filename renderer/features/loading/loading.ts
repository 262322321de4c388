// Loads that wait for the user's word, and which model's settings are open. Renderer.
import { createStore, useStore } from "zustand";
import type { ModelId } from "../../../electron/contract/ids";
import type { LoadChoice, LoadSettings, LoadWarning } from "../../../electron/contract/loadSettings";
import { callOrNotify } from "../../app/bridge";

interface LoadingState {
  readonly warning: LoadWarning | null;
  readonly settingsOf: ModelId | null;
}

const loadingStore = createStore<LoadingState>()(() => ({ warning: null, settingsOf: null }));

/** Main was asked for a load that would not fit. */
export function showLoadWarning(warning: LoadWarning): void {
  loadingStore.setState({ warning });
}

export function useWarning(): LoadWarning | null {
  return useStore(loadingStore, ({ warning }) => warning);
}

export function dismissWarning(): void {
  loadingStore.setState({ warning: null });
}

export function useSettingsOf(): ModelId | null {
  return useStore(loadingStore, ({ settingsOf }) => settingsOf);
}

export function openLoadSettings(modelId: ModelId): void {
  loadingStore.setState({ settingsOf: modelId });
}

export function closeLoadSettings(): void {
  loadingStore.setState({ settingsOf: null });
}

/** Exactly so, this once. */
export function loadWith(modelId: ModelId, choice: LoadChoice): void {
  dismissWarning();
  void callOrNotify("models.load", { modelId, settings: asSettings(choice) });
}

export function loadAnyway({ modelId, plan }: LoadWarning): void {
  dismissWarning();
  void callOrNotify("models.load", { modelId, settings: asSettings(plan.choice), despiteWarning: true });
}

function asSettings({
  contextSizeTokens,
  keyCacheType,
  valueCacheType,
  gpuLayers,
  flashAttention,
  mmap,
  threads,
}: LoadChoice): LoadSettings {
  return { contextSizeTokens, keyCacheType, valueCacheType, gpuLayers, flashAttention, mmap, threads };
}
