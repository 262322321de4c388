// How right the estimator is about a GPU's memory: what a plan says goes there, against what llama.cpp then says it holds there. With a
// device of Vulkan (lavapipe will do: see e2e/vulkanDevice.ts), and engine and fit process as the app starts them, without Electron.
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { FromEngine, type ToEngine } from "../electron/contract/engineProtocol";
import type { KvCacheType } from "../electron/contract/fit";
import type { GpuStart } from "../electron/contract/gpu";
import { ModelId, RequestId } from "../electron/contract/ids";
import { automaticLoadSettings } from "../electron/contract/loadSettings";
import type { LoadedModel } from "../electron/contract/model";
import { Estimator } from "../electron/core/estimator/Estimator";
import type { FitModel } from "../electron/core/estimator/FitQuestions";
import { planLoad } from "../electron/core/estimator/planLoad";
import { nodeHost } from "../electron/hosts/node/nodeHost";
import { gemmaModel } from "../e2e/gemmaModel";
import { starterModelPath } from "../e2e/starterModelFile";
import { vulkanDevice } from "../e2e/vulkanDevice";
import { quantile, type Figures } from "./figures";

const START: GpuStart = { backend: "vulkan", index: 0 };
const CONTEXTS = [512, 2048, 8192];
const CACHE_TYPES: readonly KvCacheType[] = ["f16", "q8_0"];
/** Of the layers. */
const SHARES = [1, 0.5, 0.1];

export async function estimatorGpu(): Promise<Figures> {
  const device = vulkanDevice();
  if (device === null) throw new Error("There is no Vulkan device: install Mesa's lavapipe.");
  Object.assign(process.env, device.env);
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "facet-estimator-gpu-"));
  const log = () => undefined;
  const host = nodeHost({
    appFolder: path.resolve(),
    scriptFolder: path.resolve(".vite/build"),
    dataFolder,
    engineLog: log,
  });
  const estimator = new Estimator({
    fork: host.forkFit(START),
    machineOf: (measured) => ({ ...measured, totalBytes: os.totalmem(), systemReserveBytes: 0, loadedModelBytes: 0 }),
    speed: () => null,
    engineProcessBytes: () => 0,
    log,
    now: () => performance.now(),
  });
  const errors: number[] = [];
  try {
    for (const [name, file] of [
      ["SmolLM2 135M Q4_1", starterModelPath()],
      ["Gemma 3 270M Q4_K_M", await gemmaModel()],
    ] as const) {
      const { size, mtimeMs } = await stat(file);
      const model: FitModel = {
        key: `${file}:${size}:${mtimeMs}`,
        parts: [{ path: file, sizeBytes: size, read: null }],
        fetchedBytes: () => 0,
      };
      for (const contextSizeTokens of CONTEXTS)
        for (const cacheType of CACHE_TYPES)
          for (const share of SHARES) {
            const plan = async (gpuLayers: number | null) =>
              planLoad({
                settings: {
                  ...automaticLoadSettings,
                  contextSizeTokens,
                  keyCacheType: cacheType,
                  valueCacheType: cacheType,
                  gpuLayers,
                },
                judge: (question, extent) => estimator.judge(model, question, { extent }),
                lastFailure: null,
                gpuLayersThatFailed: null,
                hasDeltas: false,
              });
            const { layers } = await plan(null);
            if (layers === null) throw new Error(`${name} could not be judged`);
            const { plan: planned } = await plan(Math.max(1, Math.round(layers * share)));
            const { choice } = planned;
            const loaded = await load(host.forkEngine(START), { file, name, plan: planned, dataFolder });
            const error = planned.fit.onGpuBytes / loaded.memory.gpuBytes - 1;
            errors.push(error);
            console.log(
              `  ${name}, ${choice.contextSizeTokens} tokens, ${cacheType}, ${choice.gpuLayers} of ${layers} layers: predicted ${megabytes(planned.fit.onGpuBytes)}, held ${megabytes(loaded.memory.gpuBytes)} MB (${(error * 100).toFixed(1)} %)`,
            );
          }
    }
  } finally {
    estimator.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
  const sizes = errors.map(Math.abs);
  return {
    "gpu.estimate_mean_error": sizes.reduce((sum, one) => sum + one, 0) / sizes.length,
    "gpu.estimate_p95_error": quantile(sizes, 0.95),
    "gpu.estimate_worst_error": Math.max(...sizes),
  };
}

interface Asked {
  file: string;
  name: string;
  plan: Awaited<ReturnType<typeof planLoad>>["plan"];
  dataFolder: string;
}

/** In an engine of its own, which is ended when it has said what it holds. */
function load(
  fork: ReturnType<ReturnType<typeof nodeHost>["forkEngine"]>,
  { file, name, plan, dataFolder }: Asked,
): Promise<LoadedModel> {
  return new Promise((resolve, reject) => {
    const child = fork({
      onMessage(data) {
        const message = FromEngine.parse(data);
        if (message.kind === "hello") child.postMessage(request);
        if (message.kind !== "end") return;
        if (message.result.kind === "loaded") resolve(message.result.model);
        else reject(new Error(`${name} was not loaded: ${JSON.stringify(message.result)}`));
        child.kill();
      },
      onExit: (code) => reject(new Error(`the engine ended with ${code}`)),
    });
    const request: ToEngine = {
      kind: "load",
      requestId: RequestId.parse("load"),
      modelId: ModelId.parse("model"),
      path: file,
      name,
      choice: plan.choice,
      reasons: plan.reasons,
      stateFolder: path.join(dataFolder, "state"),
      conversationsWithDeltas: plan.conversationsWithDeltas,
    };
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
