// The installed models with what their headers say, and what the user does with them. Renderer.
import { createStore, useStore } from "zustand";
import type { Failure } from "../../../electron/contract/failure";
import type { HubVariant, RepositoryName } from "../../../electron/contract/hub";
import type { ModelId } from "../../../electron/contract/ids";
import type { InstalledModels, ModelDetails } from "../../../electron/contract/model";
import { type Answer, refreshAnswers, useAnswer } from "../../app/answers";
import { call, callOrNotify } from "../../app/bridge";
import { showPage } from "../../app/layout";

/** What came of reading a model's file again. */
export type Verification =
  | { readonly kind: "running" }
  | { readonly kind: "good" }
  | { readonly kind: "failed"; readonly failure: Failure };

const verificationStore = createStore<Readonly<Record<ModelId, Verification>>>()(() => ({}));

/** `onOpening`: of a place that shows the list itself; files may have gone. */
export function useInstalled({ onOpening = false } = {}): Answer<InstalledModels> {
  return useAnswer("models.installed", undefined, { kept: true, askOnOpening: onOpening });
}

/** Reads the list anew; the old one stays on screen meanwhile. */
export function refreshInstalled(): Promise<void> {
  return refreshAnswers("models.installed");
}

/** The installed model that a variant of the hub is, when it is one. */
export function useInstalledVariant(repository: RepositoryName, variant: HubVariant): ModelDetails | null {
  const { answer: list } = useInstalled();
  const models = list.kind === "loaded" ? list.value.models : [];
  return (
    models.find(
      (details) =>
        details.repository === repository &&
        details.hubPath === variant.id &&
        details.model.sizeBytes === variant.sizeBytes,
    ) ?? null
  );
}

export function useVerification(modelId: ModelId): Verification | null {
  return useStore(verificationStore, (verifications) => verifications[modelId] ?? null);
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
  if (verificationStore.getState()[modelId]?.kind === "running") return;
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
  verificationStore.setState(
    ({ [modelId]: _before, ...others }) => (verification === null ? others : { ...others, [modelId]: verification }),
    true,
  );
}
