// Asks llama.cpp itself, in a dry run, how much memory a model and its contexts would take. Fit process.
//
// node-llama-cpp's V2 estimate does that with `no_alloc`; where the dry run fails it silently guesses (about a third too
// high), so its warning is watched for, and a guess is no answer here.
import { GgmlType, GgufInsights, readGgufFileInfo, type Llama } from "node-llama-cpp";
import type { KvCacheType } from "../../contract/fit";
import type { ContextNeed, MemoryConfiguration, MemoryNeed } from "../../contract/fitProtocol";
import { batchTokens } from "../batchSize";

const ggmlTypes: Readonly<Record<KvCacheType, GgmlType>> = { f16: GgmlType.F16, q8_0: GgmlType.Q8_0, q4_0: GgmlType.Q4_0 };
/** Bytes per value. */
const valueBytes: ReadonlyMap<GgmlType, number> = new Map([[GgmlType.F32, 4], [GgmlType.F16, 2], [GgmlType.Q8_0, 34 / 32], [GgmlType.Q4_0, 18 / 32]]);

interface CacheTypes {
  key: GgmlType;
  value: GgmlType;
}

function cacheTypesOf({ keyCacheType, valueCacheType }: MemoryConfiguration): CacheTypes {
  return { key: ggmlTypes[keyCacheType], value: ggmlTypes[valueCacheType] };
}

export class DryRunFailed extends Error {
  override readonly name = "DryRunFailed";
}

/** Dry runs of one model. Keep it while the same model is asked about: what llama.cpp read stays. */
export class ModelDryRun {
  readonly #llama: Llama;
  readonly #insights: GgufInsights;
  readonly #guessed: () => boolean;

  private constructor(llama: Llama, insights: GgufInsights, guessed: () => boolean) {
    this.#llama = llama;
    this.#insights = insights;
    this.#guessed = guessed;
  }

  /** `guessed` says whether llama.cpp's dry run failed since it was asked last. */
  static async open(llama: Llama, file: string, guessed: () => boolean): Promise<ModelDryRun> {
    const insights = await GgufInsights.from(await readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false }), llama);
    return new ModelDryRun(llama, insights, guessed);
  }

  get trainContextSizeTokens(): number | null {
    return this.#insights.trainContextSize ?? null;
  }

  get layers(): number {
    return this.#insights.totalLayers;
  }

  async weights({ gpuLayers }: MemoryConfiguration): Promise<MemoryNeed> {
    return this.#exact(this.#insights.estimateModelResourceRequirementsV2({ gpuLayers: this.#layersOnGpu(gpuLayers) }));
  }

  /** All that llama.cpp reserves; with `cacheTypes` in place of the configuration's, which are not only those a person may choose. */
  async context(contextSize: number, configuration: MemoryConfiguration, cacheTypes = cacheTypesOf(configuration)): Promise<MemoryNeed> {
    const { flashAttention, gpuLayers } = configuration;
    return this.#exact(this.#insights.estimateContextResourceRequirementsV2({
      contextSize, sequences: 1,
      batchSize: batchTokens(contextSize, this.#llama.gpu !== false),
      modelGpuLayers: this.#layersOnGpu(gpuLayers),
      flashAttention: flashAttention ? "auto" : false,
      kvCacheKeyType: cacheTypes.key, kvCacheValueType: cacheTypes.value,
    }));
  }

  #layersOnGpu(asked: number | null): number {
    return this.#llama.gpu === false ? 0 : Math.min(asked ?? this.layers, this.layers);
  }

  async #exact(asked: Promise<{ cpuRam: number; gpuVram: number }>): Promise<MemoryNeed> {
    const { cpuRam, gpuVram } = await asked;
    if (this.#guessed()) throw new DryRunFailed("llama.cpp's dry run failed");
    return { ramBytes: cpuRam, gpuBytes: gpuVram };
  }
}

/** Dry runs of the model as it is, and as far as a chat touches it. */
export interface DryRuns {
  real: ModelDryRun;
  /** See smallVocabulary.ts; null where there is no such shape. */
  touched: { run: ModelDryRun; tokens: number; realTokens: number } | null;
}

const SCORE_BYTES = 4;

export async function contextNeed({ real, touched }: DryRuns, contextSizeTokens: number, configuration: MemoryConfiguration): Promise<ContextNeed> {
  const small = touched === null ? null : await touched.run.context(contextSizeTokens, configuration);
  // What lies on a GPU is there as soon as it is reserved.
  const reserved = small === null || small.gpuBytes > 0 ? await real.context(contextSizeTokens, configuration) : small;
  const need = small === null || touched === null ? reserved : {
    // Beside the buffers lies a row of scores that was given out.
    ramBytes: small.ramBytes + (touched.realTokens - touched.tokens) * SCORE_BYTES,
    gpuBytes: reserved.gpuBytes,
  };
  return { contextSizeTokens, need, kvCacheBytes: await kvCacheBytes({ real, touched }, contextSizeTokens, configuration) };
}

/** The dry run gives one sum. A second one with 32-bit values differs by the KV cache alone, but for small scratch space. */
async function kvCacheBytes({ real, touched }: DryRuns, contextSizeTokens: number, configuration: MemoryConfiguration): Promise<number> {
  const run = touched?.run ?? real;
  const types = cacheTypesOf(configuration);
  const total = await run.context(contextSizeTokens, configuration);
  // Not a type of blocks: heads of some models are no multiple of 32 wide. Without flash attention values stay as they are.
  const otherTypes = { key: GgmlType.F32, value: configuration.flashAttention ? GgmlType.F32 : types.value };
  const changed = await run.context(contextSizeTokens, configuration, otherTypes);
  const sum = total.ramBytes + total.gpuBytes;
  const difference = changed.ramBytes + changed.gpuBytes - sum;
  // Keys and values are as many as each other in nearly all models.
  const perPair = ({ key, value }: CacheTypes) => (valueBytes.get(key) ?? 0) + (valueBytes.get(value) ?? 0);
  const now = perPair(types);
  return Math.round(Math.min(sum, Math.max(0, (difference * now) / (perPair(otherTypes) - now))));
}
