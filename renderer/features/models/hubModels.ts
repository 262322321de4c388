// Models at the hub with their files: asked for once they are on screen, a few at a time, kept until the app is closed. Renderer.
import { useEffect } from "react";
import { createStore, useStore } from "zustand";
import type { Failure, FailureCode } from "../../../electron/contract/failure";
import type { HubModel, RepositoryName } from "../../../electron/contract/hub";
import { call } from "../../app/bridge";
import { AskQueue } from "./AskQueue";
import { recordHubAnswer } from "./hubReach";
import { onHubWaitOver } from "./hubWait";
import { LOADING, type Loadable } from "./loadable";

const ASKED_AT_ONCE = 3;

const modelStore = createStore<Readonly<Record<RepositoryName, Loadable<HubModel>>>>()(() => ({}));
const queue = new AskQueue(ASKED_AT_ONCE);

export function useHubModel(repository: RepositoryName, wanted: boolean): Loadable<HubModel> {
  const model = useStore(modelStore, (models) => models[repository]);
  const missing = wanted && model === undefined;
  useEffect(() => (missing ? queue.want(repository, () => ask(repository)) : undefined), [missing, repository]);
  return model ?? LOADING;
}

/** Why no card can be filled: the hub does not answer, or may not be asked. Said once, above all cards. */
export function useNoHub(): Failure | null {
  return useStore(modelStore, (models) => {
    for (const model of Object.values(models))
      if (model?.kind === "failed" && isForAllModels(model.failure)) return model.failure;
    return null;
  });
}

const FOR_ALL: ReadonlySet<FailureCode> = new Set([
  "hub-offline",
  "hub-certificate-refused",
  "hub-proxy-refused",
  "hub-token-refused",
  "switched-off",
]);

export function isForAllModels({ code }: Failure): boolean {
  return FOR_ALL.has(code);
}

async function ask(repository: RepositoryName): Promise<void> {
  const outcome = await call("hub.model", { repository });
  recordHubAnswer(outcome);
  modelStore.setState({
    [repository]: outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure },
  });
}

/** Forgets what failed: it is asked again where it is still on screen. */
export function retryHubModels(): void {
  const { ...models } = modelStore.getState();
  modelStore.setState(Object.fromEntries(Object.entries(models).filter(([, model]) => model.kind !== "failed")), true);
}

onHubWaitOver(retryHubModels);
