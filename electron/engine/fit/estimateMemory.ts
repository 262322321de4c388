// Asks llama.cpp itself, in a dry run, how much memory a model and its contexts would take. Fit process.
//
// node-llama-cpp's V2 estimate does that with `no_alloc`; where the dry run fails it silently guesses (about a third too
// high), so its warning is watched for, and a guess is no answer here.
import { GgmlType, GgufInsights, readGgufFileInfo, type Llama } from "node-llama-cpp";
import type { KvCacheType } from "../../contract/fit";
import type { MemoryConfiguration, MemoryNeed } from "../../contract/fitProtocol";
import { batchTokens } from "../batchSize";

const ggmlTypes: Readonly<Record<KvCacheType, GgmlType>> = {
  f16: GgmlType.F16,
  q8_0: GgmlType.Q8_0,
  q4_0: GgmlType.Q4_0,
};
/** Bytes per value. */
const valueBytes: ReadonlyMap<GgmlType, number> = new Map([
  [GgmlType.F32, 4],
  [GgmlType.F16, 2],
  [GgmlType.Q8_0, 34 / 32],
  [GgmlType.Q4_0, 18 / 32],
]);

export interface CacheTypes {
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
    const insights = await GgufInsights.from(
      await readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false }),
      llama,
    );
    return new ModelDryRun(llama, insights, guessed);
  }

  get trainContextSizeTokens(): number | null {
    return this.#insights.trainContextSize ?? null;
  }

  get layers(): number {
    return this.#insights.totalLayers;
  }

  get hasGpu(): boolean {
    return this.#llama.gpu !== false;
  }

  /** As node-llama-cpp sees it when it asks whether a sequence needs checkpoints. */
  get isRecurrent(): boolean {
    return this.#insights.isRecurrent || this.#insights.isHybrid;
  }

  /** Of a sliding window; null where there is none. */
  get windowTokens(): number | null {
    return this.#insights.swaSize ?? null;
  }

  async weights({ gpuLayers }: MemoryConfiguration): Promise<MemoryNeed> {
    return this.#exact(
      this.#insights.estimateModelResourceRequirementsV2({ gpuLayers: this.#layersOnGpu(gpuLayers) }),
      gpuLayers,
    );
  }

  /** All that llama.cpp reserves; with `cacheTypes` in place of the configuration's, which are not only those a user may choose. */
  async context(
    contextSize: number,
    configuration: MemoryConfiguration,
    cacheTypes: CacheTypes = cacheTypesOf(configuration),
  ): Promise<MemoryNeed> {
    const { flashAttention, gpuLayers, conversations } = configuration;
    return this.#exact(
      this.#insights.estimateContextResourceRequirementsV2({
        contextSize,
        sequences: conversations,
        batchSize: batchTokens(contextSize, this.hasGpu && gpuLayers !== 0),
        modelGpuLayers: this.#layersOnGpu(gpuLayers),
        flashAttention: flashAttention ? "auto" : false,
        kvCacheKeyType: cacheTypes.key,
        kvCacheValueType: cacheTypes.value,
      }),
      gpuLayers,
    );
  }

  #layersOnGpu(asked: number | null): number {
    return !this.hasGpu ? 0 : Math.min(asked ?? this.layers, this.layers);
  }

  async #exact(asked: Promise<{ cpuRam: number; gpuVram: number }>, gpuLayers: number | null): Promise<MemoryNeed> {
    const { cpuRam, gpuVram } = await asked;
    if (this.#guessed()) throw new DryRunFailed("llama.cpp's dry run failed");
    // The engine has no GPU then; here llama.cpp has one, and plans to use it for large batches.
    return gpuLayers === 0 ? { ramBytes: cpuRam + gpuVram, gpuBytes: 0 } : { ramBytes: cpuRam, gpuBytes: gpuVram };
  }
}

/** The dry run gives one sum. A second one with 32-bit values differs by the KV cache alone, but for small scratch space. */
export async function kvCacheBytes(
  run: Pick<ModelDryRun, "context">,
  contextSizeTokens: number,
  configuration: MemoryConfiguration,
): Promise<number> {
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
