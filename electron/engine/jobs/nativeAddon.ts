// The whole contract of facet.node, the C++ addon in native/, and the one place that loads it. Job process.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { BaseVerdict, Fidelity } from "../../contract/deltaJobs";
import { JobError } from "./JobError";

/** done and total: bytes of the source when quantizing, tokens when measuring. */
export interface NativeProgress {
  done: number;
  total: number;
  /** Tensor or file name, may be empty. */
  item: string;
}

export interface NativeModelFile {
  architecture: string;
  name: string;
  /** general.type: "model", "adapter", "imatrix" … */
  kind: string;
  /** ggml's name of the type that most weights of the layers have: "f16", "q8_0" … */
  weightType: string;
  weightBytes: number;
  parameters: number;
  metadataBytes: number;
  /** Files that the model is split over. */
  splits: number;
}

export interface NativeTensorPlan {
  name: string;
  shape: number[];
  sourceType: string;
  targetType: string;
  sourceBytes: number;
  targetBytes: number;
}

export interface NativeImportance {
  entries: number;
  chunks: number;
  chunkTokens: number;
  datasets: string[];
}

export interface NativeQuality {
  perplexity: number;
  perplexityError: number;
  klMean: number;
  klMeanError: number;
  klMedian: number;
  klPercentile99: number;
  klMaximum: number;
  sameTopToken: number;
}

export interface NativeDeltaResult {
  fileBytes: number;
  /** Weights whose change the file carries. */
  weights: number;
  captured: number;
  leftOutShare: number;
  leftOut: { name: string; share: number; relative: number }[];
  foldedNorms: string[];
}

/** Text in chunks, or dialogues of which the answers count. */
export type NativeText = { text: string } | { dialogues: readonly { prompt: string; answer: string }[] };

export interface NativeDeltaOptions {
  base: string;
  fineTune: string;
  target: string;
  name: string;
  baseName: string;
  fineTuneName: string;
  appVersion: string;
  threads: number;
}

export type OnProgress = (progress: NativeProgress) => void;

/** Rejections and exceptions carry `code`, one of FailureCode. */
export interface NativeAddon {
  readonly llamaCppVersion: string;
  loadBackends(options: { librariesFolder: string }): void;
  describeModelFile(options: { path: string }): Promise<NativeModelFile>;
  planQuantize(options: { source: string; type: string; calibrated: boolean }): Promise<NativeTensorPlan[]>;
  quantize(
    options: {
      source: string;
      target: string;
      type: string;
      threads: number;
      allowRequantize: boolean;
      /** Path, null = none. */
      importanceMatrix: string | null;
      /** At most 127 bytes of each key and value are kept. */
      metadata: Readonly<Record<string, string>>;
      /** Bytes of all weights of the source: the total of the progress. */
      sourceBytes: number;
      /** Rows in memory at once; 0 = llama.cpp's 8 GiB. */
      bufferBytes: number;
    },
    onProgress?: OnProgress,
  ): Promise<void>;
  collectImportance(
    options: {
      model: string;
      texts: readonly string[];
      datasetName: string;
      threads: number;
      chunkTokens: number;
      /** Of each text; 0 = all of it. */
      chunkLimit: number;
      target: string;
    },
    onProgress?: OnProgress,
  ): Promise<NativeImportance>;
  importImportance(options: { source: string; target: string }): Promise<NativeImportance>;
  measureQuality(
    options: {
      source: string;
      candidates: readonly string[];
      text: string;
      threads: number;
      chunkTokens: number;
      chunkLimit: number;
    },
    onProgress?: OnProgress,
  ): Promise<{ source: NativeQuality; candidates: NativeQuality[]; positions: number; chunks: number }>;
  measureSpeed(
    options: { model: string; threads: number; prefillTokens: number; decodeTokens: number; repeats: number },
    onProgress?: OnProgress,
  ): Promise<{ prefillTokensPerSecond: number; decodeTokensPerSecond: number }>;
  /** Progress in bytes of both models. */
  makeOneBitDelta(
    options: NativeDeltaOptions & { compact: boolean; importanceMatrix: string | null },
    onProgress?: OnProgress,
  ): Promise<NativeDeltaResult>;
  makeLowRankDelta(options: NativeDeltaOptions & { rank: number }, onProgress?: OnProgress): Promise<NativeDeltaResult>;
  /** Returns the new file's bytes. */
  convertDelta(options: { source: string; target: string; compact: boolean }): Promise<number>;
  checkDeltaBase(options: { delta: string; model: string }): Promise<{
    verdict: BaseVerdict;
    distance: number;
    distanceAllowed: number;
    vectorDistance: number;
    along: number;
  }>;
  /** note: also write the result into the delta's file. Control tokens in the text count as such. */
  measureFidelity(
    options: {
      base: string;
      fineTune: string;
      delta: string;
      on: NativeText;
      threads: number;
      chunkTokens: number;
      chunkLimit: number;
      note: boolean;
    },
    onProgress?: OnProgress,
  ): Promise<Fidelity>;
  /** Replaces the 1-bit delta when the fit helps on heldOut. Progress in tokens. */
  refineDelta(
    options: {
      base: string;
      fineTune: string;
      delta: string;
      on: NativeText;
      heldOut: NativeText;
      threads: number;
      chunkTokens: number;
      chunkLimit: number;
    },
    onProgress?: OnProgress,
  ): Promise<{ kept: boolean; klBefore: number; klAfter: number }>;
  /** Loads, checks every weight, generates; returns the token. */
  generateOneToken(options: { model: string; threads: number }): Promise<number>;
}

/** node-llama-cpp's packages with the libraries that the addon is linked to. */
export const LIBRARY_PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "win32-x64": "win-x64",
  "win32-arm64": "win-arm64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
};

/** Where the addon is below the app's folder, also when it does not exist. */
export function addonPath(appFolder: string): string {
  return path.join(appFolder, "native", "build", `${process.platform}-${process.arch}`, "facet.node");
}

/** Loads the addon and the CPU back ends. Throws JobError "addon-missing", "engine-unusable". */
export function loadNativeAddon(appFolder: string): NativeAddon {
  const file = addonPath(appFolder);
  const libraryPackage = LIBRARY_PACKAGES[`${process.platform}-${process.arch}`];
  const system = { platform: `${process.platform} ${process.arch}` };
  if (libraryPackage === undefined || !existsSync(file)) throw JobError.because("addon-missing", system);
  let addon: NativeAddon;
  try {
    addon = createRequire(file)(file) as NativeAddon;
  } catch (error) {
    throw JobError.because("addon-missing", system, error);
  }
  addon.loadBackends({
    librariesFolder: path.join(appFolder, "node_modules", "@node-llama-cpp", libraryPackage, "bins", libraryPackage),
  });
  return addon;
}
