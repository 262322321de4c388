// Files on this computer, as the estimator takes a model.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { fail, failure, succeed, type Outcome } from "../../contract/failure";
import type { ModelFacts } from "../../contract/fitProtocol";
import type { ModelFile } from "../ModelLibrary";
import type { Estimator } from "./Estimator";
import type { FitModel } from "./FitQuestions";

/** The parts in order; null when one of them is not there. */
export async function fitModelOfPaths(paths: readonly string[]): Promise<FitModel | null> {
  const parts: FitModel["parts"][number][] = [];
  const contents: string[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch(() => null);
    if (facts === null) return null;
    parts.push({ path, sizeBytes: facts.size, read: null });
    contents.push(`${path}:${facts.size}:${facts.mtimeMs}`);
  }
  return { key: fitModelKey(contents), parts, fetchedBytes: () => 0 };
}

/** An installed model. Failures: those of its file, "model-missing". */
export async function fitModelOfFile({ model, paths }: ModelFile): Promise<Outcome<FitModel>> {
  const found = await fitModelOfPaths(paths);
  return found === null
    ? { ok: false, failure: model.failure ?? failure("model-missing", { file: model.fileName }) }
    : succeed(found);
}

/** What a file's header says. Failures: "model-missing", and those of Estimator.describe. */
export async function describeFile(file: string, estimator: Pick<Estimator, "describe">): Promise<Outcome<ModelFacts>> {
  const model = await fitModelOfPaths([file]);
  return model === null ? fail("model-missing", { file: basename(file) }) : estimator.describe(model);
}

/** `contents`: what names the content of each part. */
export function fitModelKey(contents: readonly string[]): string {
  return createHash("sha256").update(contents.join("\n")).digest("hex");
}
