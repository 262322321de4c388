// From what the window asks for to an order that can be stored and run: names, paths, and what must not be overwritten.
import { access } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { JobStart, StartFetchDelta, StartMakeDelta, StartQuality, StartQuantize } from "../../contract/jobQueue";
import type { QuantizeRecipe, TextId } from "../../contract/quantizeRecipe";
import { lookAtHubDelta } from "../deltas/lookAtHubDelta";
import { modelName } from "../modelName";
import type { FetchDeltaOrder, JobOrder, MakeDeltaOrder, QualityOrder, QuantizeOrder } from "./jobOrder";
import type { JobTools } from "./JobTools";
import { entryOf, fileWords } from "./quantizeSteps";

const PART_OF_SPLIT = /-\d{5}-of-\d{5}$/u;
/** At the end of a file's name; the new file has another. */
const QUANTIZATION = /[-._ ](?:I?Q\d+(?:_[A-Z0-9]+)*|BF16|F16|F32|FP16|FP32)$/iu;

/** Failures: "not-found", "target-exists", "target-is-source", "text-unreadable", "request-invalid". */
export async function orderOf(
  start: JobStart,
  tools: JobTools,
  textPath: (id: TextId) => string | undefined,
): Promise<Outcome<JobOrder>> {
  switch (start.kind) {
    case "quantize":
      return quantizeOrder(start, tools, textPath);
    case "quality":
      return qualityOrder(start, tools);
    case "make-delta":
      return makeDeltaOrder(start, tools);
    case "fetch-delta":
      return fetchDeltaOrder(start, tools);
  }
}

async function quantizeOrder(
  start: StartQuantize,
  tools: JobTools,
  textPath: (id: TextId) => string | undefined,
): Promise<Outcome<QuantizeOrder>> {
  const { source, recipe } = start;
  const found = source.kind === "installed" ? await tools.findModel(source.modelId) : null;
  if (source.kind === "installed" && found === null) return fail("not-found");
  const texts: QuantizeOrder["texts"] = {};
  for (const step of recipe.steps) {
    const refused = entryOf(step).refusal(step, source);
    if (refused !== null) return { ok: false, failure: refused };
    for (const id of entryOf(step).textIds(step)) {
      const file = textPath(id);
      if (file === undefined) return fail("text-unreadable");
      texts[id] = file;
    }
  }

  const sourceFile =
    source.kind === "installed"
      ? (found?.model.fileName ?? "")
      : path.posix.basename(source.download.files[0]?.path ?? "");
  const target = path.join(tools.madeFolder, targetFileName(sourceFile, recipe));
  const details = { file: path.basename(target) };
  if (found?.paths.some((file) => path.resolve(file) === path.resolve(target)))
    return fail("target-is-source", details);
  if (
    await access(target).then(
      () => true,
      () => false,
    )
  )
    return fail("target-exists", details);
  return succeed({
    kind: "quantize",
    start,
    modelName: (found?.model.name ?? modelName(sourceFile)).slice(0, 200),
    target,
    texts,
    deletesSource: source.kind === "hub" && !start.keepSource && !(await tools.downloads.isThere(source.download)),
  });
}

/** "Qwen3-8B-F16.gguf" → "Qwen3-8B-Q4_K_M.gguf"; with words before the type where the steps are not the usual ones. */
export function targetFileName(sourceFile: string, recipe: QuantizeRecipe): string {
  const stem = sourceFile
    .replace(/\.gguf$/iu, "")
    .replace(PART_OF_SPLIT, "")
    .replace(QUANTIZATION, "");
  return [stem, ...fileWords(recipe), `${recipe.type}.gguf`].filter((word) => word !== "").join("-");
}

async function qualityOrder(start: StartQuality, tools: JobTools): Promise<Outcome<QualityOrder>> {
  const models = await Promise.all([start.sourceId, ...start.candidateIds].map((id) => tools.findModel(id)));
  const [source, candidate] = models;
  if (!source || !candidate || models.includes(null)) return fail("not-found");
  if (start.candidateIds.includes(start.sourceId))
    return fail("request-invalid", undefined, "a model is not measured against itself");
  return succeed({ kind: "quality", start, modelName: candidate.model.name.slice(0, 200) });
}

async function makeDeltaOrder(start: StartMakeDelta, tools: JobTools): Promise<Outcome<MakeDeltaOrder>> {
  const [base, fineTune] = [await tools.findModel(start.baseId), await tools.findModel(start.fineTuneId)];
  if (base === null || fineTune === null) return fail("not-found");
  if (start.baseId === start.fineTuneId) return fail("pair-equal");
  return succeed({ kind: "make-delta", start, modelName: fineTune.model.name.slice(0, 200) });
}

/** Asks the hub, so that what cannot be had is said at once. Failures: those of lookAtHubDelta and of the adapter that was chosen, "peft-base-needed". */
async function fetchDeltaOrder(start: StartFetchDelta, tools: JobTools): Promise<Outcome<FetchDeltaOrder>> {
  const { repository, path: wanted, revision } = start.hub;
  const client = tools.hubClient("search");
  if (!client.ok) return client;
  const found = await lookAtHubDelta(client.value, tools.estimator, repository, new AbortController().signal, revision);
  if (!found.ok) return found;
  const { adapters, licence } = found.value;
  const adapter = wanted === null ? adapters[0] : adapters.find((one) => one.path === wanted);
  if (adapter === undefined) return fail("not-found");
  if (adapter.failure !== null) return { ok: false, failure: adapter.failure };
  if (adapter.form === "peft" && (start.baseId === null || (await tools.findModel(start.baseId)) === null))
    return fail("peft-base-needed");
  const { sizeBytes, sha256 } = adapter.file;
  if (sha256 === null) return fail("download-no-checksum");
  const name = found.value.repository.split("/").at(-1) ?? "";
  // Of several in one repository each has a name of its own.
  const place =
    adapters.length === 1
      ? ""
      : ` · ${adapter.path.replace(/(?:^|\/)(?:adapter_model|adapters)\.safetensors$|\.gguf$/u, "")}`;
  return succeed({
    kind: "fetch-delta",
    start,
    modelName: found.value.repository,
    source: {
      repository: found.value.repository,
      revision: found.value.revision,
      path: adapter.path,
      sizeBytes,
      sha256,
      configPath: adapter.configPath,
      name: (place === " · " ? name : `${name}${place}`).slice(0, 120),
      licence: licence?.slice(0, 60) ?? null,
    },
  });
}
