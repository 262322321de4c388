// The methods "quantize.…", "quality.…" and "jobs.…" of the application.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fail, failure, succeed, type Outcome } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { FitSource } from "../../contract/fit";
import type { ModelId } from "../../contract/ids";
import { QUANTIZABLE_WEIGHT_TYPES } from "../../contract/jobs";
import {
  ImportedMatrix,
  MAX_OWN_TEXT_BYTES,
  type ChosenText,
  type MeasuredVariant,
  type PreviewQuestion,
  type QualityResults,
  type QuantizePreview,
  type QuantizeSource,
} from "../../contract/quantize";
import { TextId } from "../../contract/quantizeRecipe";
import { freeBytesIn } from "../../files/room";
import { importedMatrixPath } from "../jobs/calibrateStep";
import { contentKey } from "../jobs/contentKey";
import { orderOf } from "../jobs/orderOf";
import { QuantizePreviews } from "../jobs/QuantizePreviews";
import { runJob } from "../jobs/runJob";
import { writeFileAtomically } from "../writeFileAtomically";
import { detailsOf } from "../modelDetails";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";
import { fitModelOf } from "./fitMethods";

/** An importance matrix has one number for each column of each weight. */
const IMPORT_TIMEOUT_MS = 60_000;

export function quantizeMethods(parts: Parts) {
  const {
    estimator,
    jobs: { queue, tools },
  } = parts;
  const previews = new QuantizePreviews({ fork: tools.fork, appFolder: tools.appFolder, estimator });
  const texts = new Map<TextId, string>();
  return {
    "quantize.preview": (question) => preview(question, previews, parts),
    async "quantize.useText"({ path: file }) {
      const text = await lookAtText(file);
      if (text.ok) texts.set(text.value.id, file);
      return text;
    },
    "quantize.importMatrixFrom": ({ modelId, path: file }) => importMatrix(modelId, file, parts),
    "quality.results": ({ modelId }) => qualityResults(modelId, parts),
    "jobs.list": () => succeed(queue.list()),
    async "jobs.start"(start) {
      // What is being moved must not change meanwhile.
      if (parts.fileTasks.isRunning("move")) return fail("models-folder-busy");
      const order = await orderOf(start, tools, (id) => texts.get(id));
      return order.ok ? queue.add(order.value) : order;
    },
    "jobs.cancel": ({ id }) => queue.cancel(id),
    "jobs.retry": ({ id }) => (parts.fileTasks.isRunning("move") ? fail("models-folder-busy") : queue.retry(id)),
    "jobs.dismiss": ({ id }) => queue.dismiss(id),
  } satisfies Partial<CoreHandlers>;
}

async function preview(
  { source, ...how }: PreviewQuestion,
  previews: QuantizePreviews,
  parts: Parts,
): Promise<Outcome<QuantizePreview>> {
  const {
    modelsFolder,
    jobs: { tools },
  } = parts;
  const model = await fitModelOf(fitSourceOf(source), parts);
  if (!model.ok) return model;
  const types = await previews.preview(model.value, how);
  if (!types.ok) return types;
  const found = source.kind === "installed" ? await parts.models.find(source.modelId) : null;
  return succeed({
    ...types.value,
    importedMatrix:
      found === null
        ? null
        : await readImportedMatrix(importedMatrixPath(tools.importanceFolder, await contentKey(found.paths))),
    diskFreeBytes: await freeBytesIn(modelsFolder).catch(() => null),
  });
}

function fitSourceOf(source: QuantizeSource): FitSource {
  if (source.kind === "installed") return source;
  const { repository, revision, files } = source.download;
  return { kind: "hub", repository, revision, files };
}

async function lookAtText(file: string): Promise<Outcome<ChosenText>> {
  const fileName = path.basename(file);
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) return fail("text-unreadable", { file: fileName });
  if (facts.size > MAX_OWN_TEXT_BYTES)
    return fail("text-too-large", { file: fileName, limitBytes: String(MAX_OWN_TEXT_BYTES) });
  return succeed({ id: TextId.parse(randomUUID()), fileName, sizeBytes: facts.size });
}

/** Failures: "not-found", "importance-matrix-invalid", and those of jobs. */
async function importMatrix(
  modelId: ModelId,
  file: string,
  { models, data, jobs: { tools } }: Parts,
): Promise<Outcome<ImportedMatrix>> {
  const found = await models.find(modelId);
  if (found === null) return fail("not-found");
  await mkdir(tools.importanceFolder, { recursive: true, mode: 0o700 });
  const target = importedMatrixPath(tools.importanceFolder, await contentKey(found.paths));
  const request = { kind: "import-importance-matrix" as const, source: file, model: found.paths[0] ?? "", target };
  const outcome = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request },
    { signal: AbortSignal.timeout(IMPORT_TIMEOUT_MS), unfinished: data.unfinished },
  );
  if (!outcome.ok)
    return {
      ok: false,
      failure: withMissingDetails(outcome.failure, { file: path.basename(file) }),
    };
  if (outcome.value.kind !== "import-importance-matrix") return { ok: false, failure: failure("internal") };
  const { entries, chunks, datasets } = outcome.value;
  const matrix = { entries, chunks, datasets };
  await writeFileAtomically(`${target}.json`, JSON.stringify(matrix), data.unfinished);
  return succeed(matrix);
}

/** Null when there is none. */
async function readImportedMatrix(file: string): Promise<ImportedMatrix | null> {
  try {
    const parsed = ImportedMatrix.safeParse(JSON.parse(await readFile(`${file}.json`, "utf8")));
    return parsed.success && (await stat(file)).isFile() ? parsed.data : null;
  } catch {
    return null;
  }
}

async function qualityResults(modelId: ModelId, parts: Parts): Promise<Outcome<QualityResults>> {
  const installed = await parts.models.files();
  const file = installed.find(({ model }) => model.id === modelId);
  if (file === undefined) return fail("not-found");
  const keys = new Map<ModelId, string>();
  for (const { model, paths } of installed) {
    const key = await contentKey(paths).catch(() => null);
    if (key !== null) keys.set(model.id, key);
  }
  const details = await detailsOf(file, parts);
  const variants: MeasuredVariant[] = [];
  for (const { key, ...row } of parts.jobs.tools.quality.family(
    keys.get(modelId) ?? "",
    details.madeFrom?.sourceSha256 ?? null,
  )) {
    const here = installed.find(({ model }) => model.id === row.modelId && keys.get(model.id) === key);
    // The file says how it was made, whoever asked for the measurement.
    const madeFrom = here === undefined ? null : (await detailsOf(here, parts)).madeFrom;
    variants.push({
      ...row,
      modelId: here?.model.id ?? null,
      type: row.type ?? madeFrom?.type ?? null,
      steps: row.steps ?? madeFrom?.steps ?? null,
    });
  }
  const possibleSources: ModelId[] = [];
  for (const other of installed) {
    if (other.model.id === modelId || other.model.failure !== null) continue;
    const { architecture, parameterCount, weightType } = await detailsOf(other, parts);
    if (architecture === null || architecture !== details.architecture || parameterCount !== details.parameterCount)
      continue;
    if (weightType !== null && QUANTIZABLE_WEIGHT_TYPES.has(weightType)) possibleSources.push(other.model.id);
  }
  return succeed({ variants, possibleSources });
}
