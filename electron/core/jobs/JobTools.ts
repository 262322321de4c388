// What the kinds of jobs work with: the process they run in, folders, models, downloads.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import type { ToJob } from "../../contract/jobs";
import type { Fork } from "../../process/Fork";
import type { DeltaLibrary } from "../deltas/DeltaLibrary";
import type { DownloadQueue } from "../downloads/DownloadQueue";
import type { Estimator } from "../estimator/Estimator";
import type { HubUse } from "../hub/Hub";
import type { HubClient } from "../hub/HubClient";
import type { ModelFile } from "../ModelLibrary";
import { contentKey } from "./contentKey";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import type { QualityStore } from "./QualityStore";

export interface JobTools {
  fork: Fork<ToJob>;
  /** Where native/, resources/ and node_modules/ lie as plain files. */
  appFolder: string;
  appVersion: string;
  /** Of the models that are made here. */
  madeFolder: string;
  /** Importance matrices are kept here and used again. */
  importanceFolder: string;
  unfinished: UnfinishedFiles;
  quality: QualityStore;
  downloads: Pick<DownloadQueue, "add" | "whenReady" | "cancel" | "isThere">;
  findModel: (id: ModelId) => Promise<ModelFile | null>;
  /** The model that a file is the first part of. */
  findFile: (file: string) => Promise<ModelFile | null>;
  /** Of the library of deltas. */
  deltasFolder: string;
  addDelta: DeltaLibrary["addOwnFile"];
  /** Adapters of the hub, while they are fetched. */
  fetchFolder: string;
  hubClient: (use: HubUse) => Outcome<HubClient>;
  estimator: Pick<Estimator, "describe">;
  /** After files came or went. */
  modelsChanged: () => Promise<void>;
}

/** Comes with the app; the two share no sentence (docs/calibration-text.md). */
export function calibrationText(appFolder: string): string {
  return path.join(appFolder, "resources", "calibration", "calibration.txt");
}

export function evaluationText(appFolder: string): string {
  return path.join(appFolder, "resources", "evaluation", "evaluation.txt");
}

/**
 * Chunks of 512 tokens to calibrate with, by the source's size: a minute or so for a small model on an ordinary computer,
 * and a bearable time for a large one. The text is well mixed, so a part of its 100 chunks teaches most of it.
 */
export function calibrationChunks(sourceBytes: number): number {
  if (sourceBytes <= 2_500_000_000) return 48;
  return sourceBytes <= 10_000_000_000 ? 32 : 16;
}

/** Chunks of 512 tokens of the held-out text's 30, 0 = all: a large model would take hours for figures that change no decision. */
export function evaluationChunks(sourceBytes: number): number {
  if (sourceBytes <= 2_000_000_000) return 0;
  return sourceBytes <= 10_000_000_000 ? 12 : 6;
}

/**
 * Chunks of 96 tokens that the strength of a 1-bit delta is fitted on: the base is evaluated on them some fifteen times. There are
 * only four factors to fit, or five, so that few chunks will do.
 */
export function refinementChunks(sourceBytes: number): number {
  return sourceBytes <= 10_000_000_000 ? 4 : 2;
}

/** What a model is calibrated with: the user's own text, and the one that comes with the app, whose end of less than a chunk is left out. */
export function calibrationTexts(appFolder: string, ownTextPath: string | null): string[] {
  return [...(ownTextPath === null ? [] : [ownTextPath]), calibrationText(appFolder)];
}

/** The path of a model's importance matrix: one per content of model and texts. Throws the file system's errors. */
export async function textMatrixPath(
  importanceFolder: string,
  appFolder: string,
  modelPaths: readonly string[],
  ownTextPath: string | null,
): Promise<string> {
  const key = createHash("sha256")
    .update(await contentKey(modelPaths))
    .update(await contentKey(calibrationTexts(appFolder, ownTextPath)))
    .update(String(calibrationChunks(await bytesOf(modelPaths))));
  return path.join(importanceFolder, `${key.digest("hex").slice(0, 32)}.gguf`);
}

export async function bytesOf(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of paths) bytes += (await stat(file)).size;
  return bytes;
}

/** One core is left to the chat: ggml's threads spin, and a thread more than there are cores slows all of them. */
export function jobThreads(): number {
  return Math.max(1, os.availableParallelism() - 1);
}
