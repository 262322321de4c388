// The fine-tunes in the library, how they go with a model, and what the engine holds of them. Renderer.
import { useEffect } from "react";
import { createStore, useStore } from "zustand";
import type { Delta, DeltaForModel, DeltasForModel, EngineDeltas } from "../../../electron/contract/deltas";
import type { DeltaId, ModelId } from "../../../electron/contract/ids";
import { call } from "../../app/bridge";
import { LOADING, type Loadable } from "../models/loadable";

export interface DeltaState {
  readonly list: readonly Delta[];
  /** Asked for once per model, and again when the library changes. */
  readonly forModel: Readonly<Record<ModelId, Loadable<DeltasForModel>>>;
  /** null: no model is loaded. */
  readonly inEngine: EngineDeltas | null;
}

const deltaStore = createStore<DeltaState>()(() => ({ list: [], forModel: {}, inEngine: null }));

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
}

export function applyDeltas(list: readonly Delta[]): void {
  deltaStore.setState({ list });
  for (const modelId of Object.keys(deltaStore.getState().forModel)) void askForModel(modelId as ModelId);
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

/** How every delta goes with a model; those that fit first. Asks main where it is not known yet. */
export function useDeltasForModel(modelId: ModelId | null): Loadable<DeltasForModel> {
  const known = useStore(deltaStore, ({ forModel }) => (modelId === null ? undefined : forModel[modelId]));
  const isUnknown = known === undefined;
  useEffect(() => {
    if (modelId !== null && isUnknown) void askForModel(modelId);
  }, [modelId, isUnknown]);
  return known ?? LOADING;
}

export function isUsable({ match, delta }: DeltaForModel): boolean {
  return match !== "refused" && (delta.failure === null || delta.failure.code === "delta-crashed-last-time");
}

const newestAsk = new Map<ModelId, number>();

/** The former answer stays on screen meanwhile. */
export async function askForModel(modelId: ModelId): Promise<void> {
  const ask = (newestAsk.get(modelId) ?? 0) + 1;
  newestAsk.set(modelId, ask);
  deltaStore.setState(({ forModel }) =>
    forModel[modelId] === undefined ? { forModel: { ...forModel, [modelId]: LOADING } } : {},
  );
  const outcome = await call("deltas.forModel", { modelId });
  if (ask !== newestAsk.get(modelId)) return;
  const answer: Loadable<DeltasForModel> = outcome.ok
    ? { kind: "loaded", value: outcome.value }
    : { kind: "failed", failure: outcome.failure };
  deltaStore.setState(({ forModel }) => ({ forModel: { ...forModel, [modelId]: answer } }));
}
