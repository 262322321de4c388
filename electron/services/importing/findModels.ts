// Makes models of GGUF files: parts of a split model as one, what is no model by itself told apart. Plain Node.
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { failure, type Failure } from "../../contract/failure";
import type { OtherApp } from "../../contract/importing";
import { errnoOf } from "../fileFailure";
import { quantizationOf } from "../hub/variants";
import { modelFileProblem } from "../modelFileProblem";
import { modelName } from "../modelName";
import { firstPartOf, partsOf } from "../splitModel";
import { ggufKindOf } from "./ggufKind";
import { isPeftAdapter } from "./peftFiles";
import type { ScanBudget } from "./ScanBudget";

/** A model that lies somewhere on this computer: for main only, the window never sees a path. */
export interface ModelOnDisk {
  /** As it was reached: the first part of a split model. */
  path: string;
  paths: string[];
  realPath: string;
  name: string;
  fileName: string;
  sizeBytes: number;
  quantization: string | null;
  app: OtherApp | null;
  failure: Failure | null;
}

export interface ModelsOnDisk {
  models: ModelOnDisk[];
  projectors: number;
  /** Their paths: GGUF, or the weights of PEFT's form. */
  adapters: string[];
  importanceMatrices: number;
  /** Names of files that end in .gguf and are none. */
  notGguf: string[];
}

/** What an app says of a file, where the file's name does not. */
export interface FileToLookAt {
  path: string;
  name?: string;
  quantization?: string | null;
}

export async function findModels(files: readonly FileToLookAt[], app: OtherApp | null, budget: ScanBudget): Promise<ModelsOnDisk> {
  const found: ModelsOnDisk = { models: [], projectors: 0, adapters: [], importanceMatrices: 0, notGguf: [] };
  const seen = new Set<string>();
  for (const file of files) {
    // A further part that was chosen stands for its model.
    const first = path.join(path.dirname(file.path), firstPartOf(path.basename(file.path)));
    const realPath = await realpath(first).catch(() => first);
    if (seen.has(realPath)) continue;
    seen.add(realPath);
    if (!budget.spend()) break;
    const fileName = file.name ?? path.basename(first);
    let problem: Failure | null = null;
    if (await isPeftAdapter(first)) {
      found.adapters.push(first);
      continue;
    }
    try {
      const kind = await ggufKindOf(first, fileName);
      if (kind === "not-gguf") found.notGguf.push(fileName);
      else if (kind === "projector") found.projectors++;
      else if (kind === "adapter") found.adapters.push(first);
      else if (kind === "importance-matrix") found.importanceMatrices++;
      if (kind !== "model") continue;
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      problem = (await modelFileProblem(first, fileName)) ?? failure("model-unreadable", { file: fileName }, error);
    }
    found.models.push(await modelOf(first, realPath, file, app, problem));
  }
  return found;
}

async function modelOf(first: string, realPath: string, { name, quantization }: FileToLookAt, app: OtherApp | null, problem: Failure | null): Promise<ModelOnDisk> {
  const paths = partsOf(first);
  const fileName = name ?? path.basename(first);
  let sizeBytes = 0;
  for (const part of paths) {
    problem ??= await modelFileProblem(part, name);
    sizeBytes += (await stat(part).catch(() => null))?.size ?? 0;
  }
  return {
    path: first,
    paths,
    realPath,
    name: name ?? modelName(fileName),
    fileName,
    sizeBytes,
    quantization: quantization ?? quantizationOf(path.basename(first)),
    app,
    failure: problem,
  };
}
