// The methods "fit.…" of the contract: whether a model fits this computer. Main process.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { fail, failure, succeed, type Outcome } from "../contract/failure";
import type { FitMachine, FitSource } from "../contract/fit";
import type { MeasuredMachine } from "../contract/fitProtocol";
import { Estimator, usualQuestion, type FitModel } from "../services/estimator/Estimator";
import type { LoadLog } from "../services/loads/LoadLog";
import type { ModelFile } from "../services/ModelLibrary";
import { HttpRangeSource, RangeReadError } from "../services/hub/HttpRangeSource";
import { HubFileSource } from "../services/hub/HubFileSource";
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
const HUB_READ_TIMEOUT_MS = 30_000;

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
        const { fit } = await estimator.judge(model.value, usualQuestion(contextSizeTokens, kvCacheType), { signal: cancel.signal, deltasBytes: deltasBytes(source, context.supervisor) });
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
  return deltas.loaded.reduce((sum, { bytes }) => sum + bytes, Math.max(0, deltas.contextBytes - loaded.memory.contextBytes));
}

/** A model here or at the hub, as the estimator takes it. */
export async function fitModelOf(source: FitSource, { hub, models }: Pick<AppContext, "hub" | "models">, signal?: AbortSignal): Promise<Outcome<FitModel>> {
  return source.kind === "hub" ? modelAtHub(source, hub, signal) : installedModel(source.modelId, models);
}

/** Loading another model first gives back what this one holds. */
function machineOf({ availableBytes, ...measured }: MeasuredMachine, { state, anonymousBytes }: EngineSupervisor): FitMachine {
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

export async function fitModelOfFile(found: ModelFile): Promise<Outcome<FitModel>> {
  const facts = await Promise.all(found.paths.map((path) => stat(path).catch(() => null)));
  if (facts.includes(null)) return { ok: false, failure: found.model.failure ?? failure("model-missing", { file: found.model.fileName }) };
  return succeed({
    key: keyOf(facts.map((fact, index) => `${found.paths[index] ?? ""}:${fact?.size ?? 0}:${fact?.mtimeMs ?? 0}`)),
    parts: found.paths.map((path, index) => ({ path, sizeBytes: facts[index]?.size ?? 0, read: null })),
    fetchedBytes: () => 0,
  });
}

function modelAtHub({ repository, revision, files }: Extract<FitSource, { kind: "hub" }>, hub: AppContext["hub"], cancel: AbortSignal | undefined): Outcome<FitModel> {
  const client = hub.client();
  if (!client.ok) return client;
  let timeout: AbortSignal | undefined;
  let signal: AbortSignal | undefined;
  const sources = files.map((file) => {
    let source: HttpRangeSource | undefined;
    return {
      file,
      fetchedBytes: () => source?.fetchedBytes ?? 0,
      read(offset: number, lengthBytes: number) {
        // From the first read on: before, the question waits for others.
        timeout ??= AbortSignal.timeout(HUB_READ_TIMEOUT_MS);
        signal ??= cancel === undefined ? timeout : AbortSignal.any([timeout, cancel]);
        source ??= new HttpRangeSource(new HubFileSource(client.value, { repository, revision, ...file }), signal);
        return source.read(offset, lengthBytes).catch((error: unknown) => {
          throw timeout?.aborted && error instanceof RangeReadError ? new RangeReadError(fail("hub-offline").failure) : error;
        });
      },
    };
  });
  return succeed({
    key: keyOf(files.map(({ sha256 }) => sha256)),
    parts: sources.map(({ file, read }) => ({ path: null, sizeBytes: file.sizeBytes, read })),
    fetchedBytes: () => sources.reduce((sum, source) => sum + source.fetchedBytes(), 0),
  });
}

function keyOf(contents: readonly string[]): string {
  return createHash("sha256").update(contents.join("\n")).digest("hex");
}
