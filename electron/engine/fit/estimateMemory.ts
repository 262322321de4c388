// Asks llama.cpp itself, in a dry run, how much memory a model and its contexts would take. Fit process.
//
// node-llama-cpp's V2 estimate does that with `no_alloc`; where the dry run fails it silently guesses (about a third too
// high), so its warning is watched for, and a guess is no answer here.
import { GgmlType, GgufInsights, readGgufFileInfo, type Llama } from "node-llama-cpp";
import type { KvCacheType } from "../../contract/fit";
import type { ContextNeed, Estimate, MemoryNeed } from "../../contract/fitProtocol";

const ggmlTypes: Readonly<Record<KvCacheType, GgmlType>> = { f16: GgmlType.F16, q8_0: GgmlType.Q8_0, q4_0: GgmlType.Q4_0 };
/** Bytes per value. */
const valueBytes: Readonly<Record<KvCacheType, number>> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 };

export class DryRunFailed extends Error {
  override readonly name = "DryRunFailed";
}

/** Dry runs of one model. Keep it while the same model is asked about: what llama.cpp read stays. */
export class ModelDryRun {
  readonly #insights: GgufInsights;
  readonly #gpuLayers: number;
  readonly #guessed: () => boolean;

  private constructor(insights: GgufInsights, gpuLayers: number, guessed: () => boolean) {
    this.#insights = insights;
    this.#gpuLayers = gpuLayers;
    this.#guessed = guessed;
  }

  /** `guessed` says whether llama.cpp's dry run failed since it was asked last. */
  static async open(llama: Llama, file: string, guessed: () => boolean): Promise<ModelDryRun> {
    const insights = await GgufInsights.from(await readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false }), llama);
    return new ModelDryRun(insights, llama.gpu === false ? 0 : insights.totalLayers, guessed);
  }

  get trainContextSizeTokens(): number | null {
    return this.#insights.trainContextSize ?? null;
  }

  async weights(): Promise<MemoryNeed> {
    // Without mmap: with it the same pages are read from the file, and count just as much while the model runs.
    return this.#exact(this.#insights.estimateModelResourceRequirementsV2({ gpuLayers: this.#gpuLayers }));
  }

  async context(contextSizeTokens: number, type: KvCacheType): Promise<ContextNeed> {
    const need = await this.#context(contextSizeTokens, type);
    // The dry run gives one sum. A second one with another type differs by the KV cache alone, but for small scratch space.
    const otherType: KvCacheType = type === "q8_0" ? "f16" : "q8_0";
    const other = await this.#context(contextSizeTokens, otherType);
    const total = need.ramBytes + need.gpuBytes;
    const difference = total - other.ramBytes - other.gpuBytes;
    const kvCacheBytes = (difference * valueBytes[type]) / (valueBytes[type] - valueBytes[otherType]);
    return { contextSizeTokens, need, kvCacheBytes: Math.round(Math.min(total, Math.max(0, kvCacheBytes))) };
  }

  #context(contextSize: number, type: KvCacheType): Promise<MemoryNeed> {
    return this.#exact(this.#insights.estimateContextResourceRequirementsV2({
      contextSize, modelGpuLayers: this.#gpuLayers, sequences: 1, kvCacheKeyType: ggmlTypes[type], kvCacheValueType: ggmlTypes[type],
    }));
  }

  async #exact(asked: Promise<{ cpuRam: number; gpuVram: number }>): Promise<MemoryNeed> {
    const { cpuRam, gpuVram } = await asked;
    if (this.#guessed()) throw new DryRunFailed("llama.cpp's dry run failed");
    return { ramBytes: cpuRam, gpuBytes: gpuVram };
  }
}

export type Estimated = Omit<Estimate, "architecture">;

export async function estimateMemory(run: ModelDryRun, contextSizesTokens: readonly number[], type: KvCacheType): Promise<Estimated> {
  const weights = await run.weights();
  const contexts: ContextNeed[] = [];
  for (const size of contextSizesTokens) contexts.push(await run.context(size, type));
  return { trainContextSizeTokens: run.trainContextSizeTokens, weights, contexts };
}
