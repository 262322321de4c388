// The methods "fit.…" of the application: whether a model fits this computer.
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { FitSource } from "../../contract/fit";
import { isUnusable, usualQuestion } from "../estimator/Estimator";
import type { FitModel } from "../estimator/FitQuestions";
import { fitModelOfFile } from "../estimator/fitModelOfPaths";
import { modelAtHub } from "../estimator/modelAtHub";
import type { ModelFile } from "../ModelLibrary";
import type { EngineNow } from "../supervision/EngineNow";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function fitMethods(parts: Parts) {
  const { estimator } = parts;
  const asked = new Map<string, AbortController>();
  return {
    async "fit.judge"(question) {
      const { source, contextSizeTokens, kvCacheType } = question;
      const name = JSON.stringify(question);
      const cancel = new AbortController();
      asked.set(name, cancel);
      try {
        const model = await fitModelOf(source, parts, cancel.signal);
        if (!model.ok) return model;
        const { fit, failure: why } = await estimator.judge(
          model.value,
          usualQuestion(contextSizeTokens, kvCacheType),
          { signal: cancel.signal, deltasBytes: deltasBytes(source, parts.engine) },
        );
        if (source.kind === "installed" && why !== null && isUnusable(why))
          void parts.models.judged(source.modelId, why);
        return fit.failureCode === "request-cancelled" ? fail("request-cancelled") : succeed(fit);
      } finally {
        if (asked.get(name) === cancel) asked.delete(name);
      }
    },
    "fit.cancel"(question) {
      asked.get(JSON.stringify(question))?.abort();
      return succeed(undefined);
    },
    "fit.machine": async () => succeed(await estimator.machine()),
  } satisfies Partial<CoreHandlers>;
}

/** What deltas take beside a model: known of the one that is loaded, adapters and room for more conversations. */
function deltasBytes(source: FitSource, { loaded, deltas }: Pick<EngineNow, "loaded" | "deltas">): number {
  if (deltas === null || loaded === null || source.kind === "hub" || source.modelId !== loaded.modelId) return 0;
  return deltas.loaded.reduce(
    (sum, { bytes }) => sum + bytes,
    Math.max(0, deltas.contextBytes - loaded.memory.contextBytes),
  );
}

/** A model here or at the hub, as the estimator takes it. */
export async function fitModelOf(
  source: FitSource,
  { hub, models }: Pick<Parts, "hub" | "models">,
  signal?: AbortSignal,
): Promise<Outcome<FitModel>> {
  if (source.kind === "installed") return installedModel(source.modelId, models);
  const client = hub.client("search");
  return client.ok ? succeed(modelAtHub(client.value, source, signal)) : client;
}

async function installedModel(id: ModelFile["model"]["id"], models: Parts["models"]): Promise<Outcome<FitModel>> {
  const found = await models.find(id);
  return found === null ? fail("not-found") : fitModelOfFile(found);
}
