// The fine-tunes in the library, how they go with a model, and what the engine holds of them. Renderer.
import { skipToken } from "@tanstack/react-query";
import { createStore, useStore } from "zustand";
import type { Delta, DeltaForModel, DeltasForModel, EngineDeltas } from "../../../electron/contract/deltas";
import type { DeltaId, ModelId } from "../../../electron/contract/ids";
import { type Answer, knownAnswer, refreshAnswers, useAnswer } from "../../app/answers";
import { call } from "../../app/bridge";
import { LOADING, type Loadable } from "../models/loadable";

export interface DeltaState {
  readonly list: readonly Delta[];
  /** null: no model is loaded. */
  readonly inEngine: EngineDeltas | null;
}

const deltaStore = createStore<DeltaState>()(() => ({ list: [], inEngine: null }));

/** The library as it is before the first event of it. */
export async function startDeltas(): Promise<void> {
  const [list, inEngine] = await Promise.all([call("deltas.list", undefined), call("deltas.inEngine", undefined)]);
  if (list.ok) deltaStore.setState({ list: list.value });
  if (inEngine.ok) deltaStore.setState({ inEngine: inEngine.value });
}

/** Looks again: files may have gone, and memory may have been taken. */
export async function refreshDeltas(): Promise<void> {
  const outcome = await call("deltas.list", undefined);
  if (outcome.ok) applyDeltas(outcome.value);
  await refreshAnswers("deltas.forModel");
}

export function applyDeltas(list: readonly Delta[]): void {
  deltaStore.setState({ list });
}

export function applyEngineDeltas(inEngine: EngineDeltas | null): void {
  deltaStore.setState({ inEngine });
}

export function useDeltas<Value>(select: (state: DeltaState) => Value): Value {
  return useStore(deltaStore, select);
}

export function deltaState(): DeltaState {
  return deltaStore.getState();
}

export function findDelta({ list }: DeltaState, deltaId: DeltaId): Delta | null {
  return list.find(({ id }) => id === deltaId) ?? null;
}

/** How every delta goes with a model; those that fit first. */
export function useDeltasForModel(modelId: ModelId | null): Answer<DeltasForModel> {
  return useAnswer("deltas.forModel", modelId === null ? skipToken : { modelId }, { kept: true });
}

/** The same, outside of a component. */
export function knownDeltasForModel(modelId: ModelId | null): Loadable<DeltasForModel> {
  return modelId === null ? LOADING : knownAnswer("deltas.forModel", { modelId });
}

export function isUsable({ match, delta }: DeltaForModel): boolean {
  return match !== "refused" && (delta.failure === null || delta.failure.code === "delta-crashed-last-time");
}
