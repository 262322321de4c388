// The installed models with what their headers say, and what a user does with them. Renderer.
import { createStore, useStore } from "zustand";
import type { Failure } from "../../../electron/contract/failure";
import type { HubVariant, RepositoryName } from "../../../electron/contract/hub";
import type { ModelId } from "../../../electron/contract/ids";
import type { InstalledModels, ModelDetails } from "../../../electron/contract/model";
import { call, callOrNotify } from "../../app/bridge";
import { showPage } from "../../app/layout";
import { LOADING, type Loadable } from "./loadable";

/** What came of reading a model's file again. */
export type Verification =
  | { readonly kind: "running" }
  | { readonly kind: "good" }
  | { readonly kind: "failed"; readonly failure: Failure };

interface InstalledState {
  readonly list: Loadable<InstalledModels>;
  readonly verifications: Readonly<Record<ModelId, Verification>>;
}

const installedStore = createStore<InstalledState>()(() => ({ list: LOADING, verifications: {} }));

let newestAsk = 0;

/** Reads the list again; the old one stays on screen meanwhile. */
export async function refreshInstalled(): Promise<void> {
  const ask = ++newestAsk;
  const outcome = await call("models.installed", undefined);
  if (ask !== newestAsk) return;
  installedStore.setState({
    list: outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure },
  });
}

export function useInstalled(): Loadable<InstalledModels> {
  return useStore(installedStore, ({ list }) => list);
}

/** The installed model that a variant of the hub is, when it is one. */
export function useInstalledVariant(repository: RepositoryName, variant: HubVariant): ModelDetails | null {
  return useStore(installedStore, ({ list }) =>
    list.kind !== "loaded"
      ? null
      : (list.value.models.find(
          (details) =>
            details.repository === repository &&
            details.hubPath === variant.id &&
            details.model.sizeBytes === variant.sizeBytes,
        ) ?? null),
  );
}

export function useVerification(modelId: ModelId): Verification | null {
  return useStore(installedStore, ({ verifications }) => verifications[modelId] ?? null);
}

export async function loadModel(modelId: ModelId): Promise<void> {
  const loading = callOrNotify("models.load", { modelId });
  showPage("chat");
  await loading;
}

export async function renameModel(modelId: ModelId, name: string): Promise<void> {
  await callOrNotify("models.rename", { modelId, name });
  await refreshInstalled();
}

export function revealModel(modelId: ModelId): void {
  void callOrNotify("models.reveal", { modelId });
}

/** To the trash; a model that was used in place is only forgotten. */
export async function removeModel({ model, inModelsFolder }: ModelDetails): Promise<void> {
  await callOrNotify(inModelsFolder ? "models.delete" : "models.forget", { modelId: model.id });
  await refreshInstalled();
}

export async function verifyModel(modelId: ModelId): Promise<void> {
  if (installedStore.getState().verifications[modelId]?.kind === "running") return;
  setVerification(modelId, { kind: "running" });
  const outcome = await call("models.verify", { modelId });
  if (outcome.ok) setVerification(modelId, { kind: "good" });
  else
    setVerification(
      modelId,
      outcome.failure.code === "request-cancelled" ? null : { kind: "failed", failure: outcome.failure },
    );
}

/** null: it was stopped, and nothing is known. */
function setVerification(modelId: ModelId, verification: Verification | null): void {
  installedStore.setState(({ verifications: { [modelId]: _before, ...others } }) => ({
    verifications: verification === null ? others : { ...others, [modelId]: verification },
  }));
}
