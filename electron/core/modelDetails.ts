// What is known of an installed model without reading its weights: by its header, the hub, and where it came from.
import { realpath } from "node:fs/promises";
import type { ModelDetails } from "../contract/model";
import { readOrigin } from "./downloads/downloadDisk";
import { describeFile } from "./estimator/fitModelOfPaths";
import { quantizationOf } from "../contract/quantizationOf";
import { knownSha256 } from "./importing/knownSha256";
import type { ModelFile } from "./ModelLibrary";
import type { Parts } from "./Parts";
import { STARTER_MODEL } from "./starterModel";

export async function detailsOf(file: ModelFile, { estimator }: Pick<Parts, "estimator">): Promise<ModelDetails> {
  const origin = await readOrigin(file.path).catch(() => null);
  const described = await describeFile(file.path, estimator);
  const known = described.ok ? described.value : null;
  return {
    model: file.model,
    architecture: known?.architecture ?? null,
    quantization: origin?.quantization ?? quantizationOf(file.model.fileName),
    trainContextSizeTokens: known?.trainContextSizeTokens ?? null,
    parameterCount: known?.parameterCount ?? null,
    repository: origin?.repository ?? null,
    hubPath: origin?.path ?? null,
    licence: origin?.licence ?? (file.model.origin === "starter" ? "apache-2.0" : null),
    canVerify: file.model.origin === "starter" || (await expectedSha256(file, file.path)) !== null,
    lastUsedAtMs: file.lastUsedAtMs,
    weightType: known?.weightType ?? null,
    madeFrom: known?.madeFrom ?? null,
    inModelsFolder: file.inModelsFolder,
    app: file.app,
  };
}

/** What one of its files must hash to; null = not known. */
export async function expectedSha256({ model, paths, realPath }: ModelFile, part: string): Promise<string | null> {
  if (model.origin === "starter") return STARTER_MODEL.sha256;
  return knownSha256(part, part === paths[0] ? realPath : await realpath(part).catch(() => part));
}
