// Groups GGUF files into models: the parts of a split model are one; headers tell models from other files. Plain Node.
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Failure, FailureCode, Outcome } from "../../contract/failure";
import { withDetails } from "../../contract/failureDetails";
import type { FileKind } from "../../contract/fileKind";
import type { ModelFacts } from "../../contract/fitProtocol";
import type { OtherApp } from "../../contract/importing";
import { wholeNameOf } from "../ggufNames";
import { quantizationOf } from "../../contract/quantizationOf";
import { modelFileProblem } from "../modelFileProblem";
import { modelName } from "../modelName";
import { firstPartOf, partsOf } from "../splitModel";
import { isPeftAdapter } from "./peftFiles";
import type { ScanBudget } from "./ScanBudget";

/** A model somewhere on this computer: for main only, the window never sees a path. */
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
  /** Their paths: GGUF, or the weights of PEFT's form. */
  adapters: string[];
  /** How many there are of each other kind. */
  others: Map<FileKind, number>;
  /** Names of files that end in .gguf and are none. */
  notGguf: string[];
  /** Names of models of which only pieces are there: they must be joined. */
  notWhole: Set<string>;
}

/** What a file's header says. */
export type Describe = (file: string) => Promise<Outcome<Pick<ModelFacts, "kind">>>;

/** The header could not be looked at: nothing is known, so nothing is held against the file. */
const NOT_LOOKED_AT: ReadonlySet<FailureCode> = new Set(["estimate-failed", "internal"]);

/** What an app says of a file, where the file's name does not. */
export interface FileToLookAt {
  path: string;
  name?: string;
  quantization?: string | null;
}

export async function findModels(
  files: readonly FileToLookAt[],
  app: OtherApp | null,
  describe: Describe,
  budget: ScanBudget,
): Promise<ModelsOnDisk> {
  const found: ModelsOnDisk = { models: [], adapters: [], others: new Map(), notGguf: [], notWhole: new Set() };
  const seen = new Set<string>();
  for (const file of files) {
    // A further part that was chosen stands for its model.
    const first = path.join(path.dirname(file.path), firstPartOf(path.basename(file.path)));
    const realPath = await realpath(first).catch(() => first);
    if (seen.has(realPath)) continue;
    seen.add(realPath);
    if (!budget.look()) break;
    if (await isPeftAdapter(first)) found.adapters.push(first);
    else await lookAt(first, realPath, file, { app, describe, found });
  }
  return found;
}

interface Finding {
  app: OtherApp | null;
  describe: Describe;
  found: ModelsOnDisk;
}

async function lookAt(
  first: string,
  realPath: string,
  file: FileToLookAt,
  { app, describe, found }: Finding,
): Promise<void> {
  const fileName = file.name ?? path.basename(first);
  const problem = await modelFileProblem(first, file.name);
  const described = problem === null ? await describe(first) : { ok: false as const, failure: problem };
  const kind = described.ok ? described.value.kind : null;
  const isGguf = described.ok || described.failure.code !== "model-not-gguf";
  const whole = wholeNameOf(path.basename(first));
  if (whole !== null) {
    // The first piece begins as the whole file does; a note that is called after its model does not.
    if (isGguf && problem === null) found.notWhole.add(whole);
  } else if (!isGguf) found.notGguf.push(fileName);
  else if (kind === "adapter") found.adapters.push(first);
  else if (kind !== null && kind !== "model") found.others.set(kind, (found.others.get(kind) ?? 0) + 1);
  else {
    const failed = described.ok || NOT_LOOKED_AT.has(described.failure.code) ? null : described.failure;
    found.models.push(await modelOf(first, realPath, file, app, failed && withDetails(failed, { file: fileName })));
  }
}

async function modelOf(
  first: string,
  realPath: string,
  { name, quantization }: FileToLookAt,
  app: OtherApp | null,
  problem: Failure | null,
): Promise<ModelOnDisk> {
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
