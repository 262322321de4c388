// The methods "fit.…" of the contract: whether a model fits this computer. Main process.
import { fail, failure, succeed, type Outcome } from "../contract/failure";
import type { FitMachine, FitSource } from "../contract/fit";
import type { MeasuredMachine } from "../contract/fitProtocol";
import { Estimator, isUnusable, usualQuestion, type FitModel } from "../services/estimator/Estimator";
import { fitModelOfPaths } from "../services/estimator/fitModelOfPaths";
import { modelAtHub } from "../services/estimator/modelAtHub";
import type { LoadLog } from "../services/loads/LoadLog";
import type { ModelFile } from "../services/ModelLibrary";
import type { Log } from "../services/LogFile";
import type { AppContext } from "./AppContext";
import { totalMemoryBytes } from "./appMethods";
import type { Handlers } from "./callGate";
import type { EngineSupervisor } from "./EngineSupervisor";
import { forkFit } from "./forkFit";

/** Left to the window, the system and other programs. */
const SYSTEM_RESERVE_BYTES = 512 * 1024 * 1024;
/** In bytes: models are planned as if there were no more memory than that. For computers that are shared. */
const MEMORY_LIMIT_VARIABLE = "FACET_MEMORY_LIMIT";

export function createEstimator(supervisor: EngineSupervisor, loadLog: LoadLog, log: Log): Estimator {
  return new Estimator({
    fork: forkFit,
    machineOf: (measured) => machineOf(measured, supervisor),
    engineProcessBytes: () => loadLog.engineBytes,
    log,
    now: () => performance.now(),
  });
}

export function fitMethods(context: AppContext): Pick<Handlers, "fit.judge" | "fit.cancel" | "fit.machine"> {
  const { estimator } = context;
  const asked = new Map<string, AbortController>();
  return {
    async "fit.judge"(question) {
      const { source, contextSizeTokens, kvCacheType } = question;
      const name = JSON.stringify(question);
      const cancel = new AbortController();
      asked.set(name, cancel);
      try {
        const model = await fitModelOf(source, context, cancel.signal);
        if (!model.ok) return model;
        const { fit, failure: why } = await estimator.judge(
          model.value,
          usualQuestion(contextSizeTokens, kvCacheType),
          { signal: cancel.signal, deltasBytes: deltasBytes(source, context.supervisor) },
        );
        if (source.kind === "installed" && why !== null && isUnusable(why))
          void context.models.judged(source.modelId, why);
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
  };
}

/** What deltas take beside a model: known of the one that is loaded, adapters and room for more conversations. */
function deltasBytes(source: FitSource, { state, deltas }: EngineSupervisor): number {
  const loaded = state.kind === "ready" || state.kind === "generating" ? state.model : null;
  if (deltas === null || loaded === null || source.kind === "hub" || source.modelId !== loaded.modelId) return 0;
  return deltas.loaded.reduce(
    (sum, { bytes }) => sum + bytes,
    Math.max(0, deltas.contextBytes - loaded.memory.contextBytes),
  );
}

/** A model here or at the hub, as the estimator takes it. */
export async function fitModelOf(
  source: FitSource,
  { hub, models }: Pick<AppContext, "hub" | "models">,
  signal?: AbortSignal,
): Promise<Outcome<FitModel>> {
  if (source.kind === "installed") return installedModel(source.modelId, models);
  const client = hub.client();
  return client.ok ? succeed(modelAtHub(client.value, source, signal)) : client;
}

/** Loading another model first gives back what this one holds. */
function machineOf(
  { availableBytes, ...measured }: MeasuredMachine,
  { state, anonymousBytes }: EngineSupervisor,
): FitMachine {
  const loaded = state.kind === "ready" || state.kind === "generating" ? state.model : null;
  // Without what is mapped from files: the system counts such memory as free already. The process ends with its model.
  const loadedModelBytes = loaded === null ? 0 : (anonymousBytes ?? loaded.memory.contextBytes);
  return {
    ...measured,
    totalBytes: totalMemoryBytes(),
    availableBytes: Math.min(availableBytes + loadedModelBytes, memoryLimitBytes()),
    systemReserveBytes: SYSTEM_RESERVE_BYTES,
    loadedModelBytes,
  };
}

function memoryLimitBytes(): number {
  const limit = Number(process.env[MEMORY_LIMIT_VARIABLE]);
  return Number.isFinite(limit) && limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

async function installedModel(id: ModelFile["model"]["id"], models: AppContext["models"]): Promise<Outcome<FitModel>> {
  const found = await models.find(id);
  return found === null ? fail("not-found") : fitModelOfFile(found);
}

export async function fitModelOfFile({ model, paths }: ModelFile): Promise<Outcome<FitModel>> {
  const found = await fitModelOfPaths(paths);
  return found === null
    ? { ok: false, failure: model.failure ?? failure("model-missing", { file: model.fileName }) }
    : succeed(found);
}
