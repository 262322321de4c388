// The methods "quantize.…", "quality.…" and "jobs.…" of the contract, and the queue behind them. Main process.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { app, dialog, powerSaveBlocker } from "electron";
import { fail, failure, succeed, type Outcome } from "../contract/failure";
import type { FitSource } from "../contract/fit";
import type { ModelId } from "../contract/ids";
import { JobId, type Job } from "../contract/jobQueue";
import { QUANTIZABLE_WEIGHT_TYPES } from "../contract/jobs";
import {
  ImportedMatrix,
  MAX_OWN_TEXT_BYTES,
  TextId,
  type ChosenText,
  type MeasuredVariant,
  type PreviewQuestion,
  type QualityResults,
  type QuantizePreview,
  type QuantizeSource,
} from "../contract/quantize";
import { dataPaths } from "../services/dataFolder";
import { freeBytesIn } from "../services/downloads/downloadDisk";
import { contentKey } from "../services/jobs/contentKey";
import type { JobOrder } from "../services/jobs/jobOrder";
import { JobQueue, type JobControls, type JobProduct } from "../services/jobs/JobQueue";
import type { JobTools } from "../services/jobs/JobTools";
import { orderOf } from "../services/jobs/orderOf";
import { QualityStore } from "../services/jobs/QualityStore";
import { QuantizePreviews } from "../services/jobs/QuantizePreviews";
import { removeLeftovers } from "../services/jobs/removeLeftovers";
import { removeFetched, runFetchDelta } from "../services/jobs/runFetchDelta";
import { runJob } from "../services/jobs/runJob";
import { runMakeDelta } from "../services/jobs/runMakeDelta";
import { runQuality } from "../services/jobs/runQuality";
import { importedMatrixPath, runQuantize } from "../services/jobs/runQuantize";
import { MADE_FOLDER } from "../services/ModelLibrary";
import { writeFileAtomically } from "../services/writeFileAtomically";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";
import { fitModelOf } from "./fitMethods";
import { APP_FOLDER, forkJob } from "./forkJob";
import { detailsOf } from "./manageMethods";

type QuantizeHandlers = Pick<
  Handlers,
  | "quantize.preview"
  | "quantize.chooseText"
  | "quantize.importMatrix"
  | "quality.results"
  | "jobs.list"
  | "jobs.start"
  | "jobs.cancel"
  | "jobs.retry"
  | "jobs.dismiss"
>;

/** An importance matrix has one number for each column of each weight. */
const IMPORT_TIMEOUT_MS = 60_000;

export interface Jobs {
  queue: JobQueue;
  tools: JobTools;
  /** Removes what a crash left and goes on with the queue; after the downloads, which jobs wait for. */
  start(): Promise<void>;
}

export function createJobs(
  {
    dataFolder,
    modelsFolder,
    data,
    downloads,
    deltas,
    estimator,
    hub,
    models,
    log,
  }: Pick<
    AppContext,
    "dataFolder" | "modelsFolder" | "data" | "downloads" | "deltas" | "estimator" | "hub" | "models" | "log"
  >,
  onChanged: (jobs: Job[]) => void,
): Jobs {
  const tools: JobTools = {
    fork: forkJob(log),
    appFolder: APP_FOLDER,
    appVersion: app.getVersion(),
    madeFolder: path.join(modelsFolder, MADE_FOLDER),
    importanceFolder: path.join(dataFolder, "importance"),
    quality: new QualityStore(data.quality),
    downloads,
    deltasFolder: dataPaths(dataFolder).deltas,
    addDelta: (file, origin, about) => deltas.addFile(file, origin, about),
    fetchFolder: dataPaths(dataFolder).fetched,
    hubClient: () => hub.client(),
    estimator,
    findModel: (id) => models.find(id),
    async findFile(file) {
      const real = await realpath(file).catch(() => file);
      return (await models.files()).find(({ realPath }) => realPath === real) ?? null;
    },
    modelsChanged: () => models.changed(),
  };
  let blocker: number | null = null;
  const queue = new JobQueue({
    file: data.jobs,
    newId: () => JobId.parse(randomUUID()),
    async run(order, controls) {
      log("info", "job started", { kind: order.kind });
      const outcome = await runOrder(
        order,
        tools,
        order.kind === "make-delta" ? data.makingSpeeds.following(order.start, controls) : controls,
      );
      const refused = outcome.ok ? outcome.value.qualityFailure : outcome.failure;
      log("info", "job ended", {
        kind: order.kind,
        ok: outcome.ok,
        code: refused?.code ?? "",
        cause: refused?.cause ?? "",
      });
      return outcome;
    },
    onChanged,
    onBusy(isBusy) {
      // A computer that falls asleep in the middle of an hour's work helps nobody.
      if (isBusy) blocker ??= powerSaveBlocker.start("prevent-app-suspension");
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
    },
    onProblem: (error) =>
      log("error", "job", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    now: () => performance.now(),
  });
  return {
    queue,
    tools,
    async start() {
      for (const folder of [tools.madeFolder, tools.importanceFolder, tools.deltasFolder]) {
        const removed = await removeLeftovers(folder);
        if (removed.length > 0) log("info", "unfinished files removed", { count: removed.length });
      }
      await removeFetched(
        tools.fetchFolder,
        data.jobs.value.jobs.flatMap(({ order }) => (order.kind === "fetch-delta" ? [order] : [])),
      );
      queue.start();
    },
  };
}

function runOrder(order: JobOrder, tools: JobTools, controls: JobControls): Promise<Outcome<JobProduct>> {
  switch (order.kind) {
    case "quantize":
      return runQuantize(order, tools, controls);
    case "quality":
      return runQuality(order, tools, controls);
    case "make-delta":
      return runMakeDelta(order, tools, controls);
    case "fetch-delta":
      return runFetchDelta(order, tools, controls);
  }
}

export function quantizeMethods(context: AppContext): QuantizeHandlers {
  const {
    estimator,
    jobs: { queue, tools },
  } = context;
  const previews = new QuantizePreviews({ fork: tools.fork, appFolder: tools.appFolder, estimator });
  const texts = new Map<TextId, string>();
  return {
    "quantize.preview": (question) => preview(question, previews, context),
    async "quantize.chooseText"() {
      const chosen = await chooseText(context);
      if (!chosen.ok || chosen.value === null) return chosen.ok ? succeed(null) : chosen;
      texts.set(chosen.value.text.id, chosen.value.file);
      return succeed(chosen.value.text);
    },
    "quantize.importMatrix": ({ modelId }) => importMatrix(modelId, context),
    "quality.results": ({ modelId }) => qualityResults(modelId, context),
    "jobs.list": () => succeed(queue.list()),
    async "jobs.start"(start) {
      // What is being moved must not change meanwhile.
      if (context.fileTasks.isRunning("move")) return fail("models-folder-busy");
      const order = await orderOf(start, tools, (id) => texts.get(id));
      return order.ok ? queue.add(order.value) : order;
    },
    "jobs.cancel": ({ id }) => queue.cancel(id),
    "jobs.retry": ({ id }) => (context.fileTasks.isRunning("move") ? fail("models-folder-busy") : queue.retry(id)),
    "jobs.dismiss": ({ id }) => queue.dismiss(id),
  };
}

async function preview(
  { source, ...how }: PreviewQuestion,
  previews: QuantizePreviews,
  context: AppContext,
): Promise<Outcome<QuantizePreview>> {
  const {
    modelsFolder,
    jobs: { tools },
  } = context;
  const model = await fitModelOf(fitSourceOf(source), context);
  if (!model.ok) return model;
  const types = await previews.preview(model.value, how);
  if (!types.ok) return types;
  const found = source.kind === "installed" ? await context.models.find(source.modelId) : null;
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

async function chooseText({ window }: AppContext): Promise<Outcome<{ text: ChosenText; file: string } | null>> {
  const file = await chooseFile(window(), "Choose a text", [
    { name: "Text", extensions: ["txt", "md", "text"] },
    { name: "All files", extensions: ["*"] },
  ]);
  if (file === null) return succeed(null);
  const fileName = path.basename(file);
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) return fail("text-unreadable", { file: fileName });
  if (facts.size > MAX_OWN_TEXT_BYTES)
    return fail("text-too-large", { file: fileName, limitBytes: String(MAX_OWN_TEXT_BYTES) });
  return succeed({ text: { id: TextId.parse(randomUUID()), fileName, sizeBytes: facts.size }, file });
}

/** Failures: "not-found", "importance-matrix-invalid", and those of jobs. */
async function importMatrix(
  modelId: ModelId,
  { window, models, jobs: { tools } }: AppContext,
): Promise<Outcome<ImportedMatrix | null>> {
  const found = await models.find(modelId);
  if (found === null) return fail("not-found");
  const file = await chooseFile(window(), "Choose an importance matrix", [
    { name: "Importance matrices", extensions: ["gguf", "dat", "imatrix"] },
    { name: "All files", extensions: ["*"] },
  ]);
  if (file === null) return succeed(null);
  await mkdir(tools.importanceFolder, { recursive: true });
  const target = importedMatrixPath(tools.importanceFolder, await contentKey(found.paths));
  const request = { kind: "import-importance-matrix" as const, source: file, model: found.paths[0] ?? "", target };
  const outcome = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request },
    { signal: AbortSignal.timeout(IMPORT_TIMEOUT_MS) },
  );
  if (!outcome.ok)
    return {
      ok: false,
      failure: { ...outcome.failure, details: { file: path.basename(file), ...outcome.failure.details } },
    };
  if (outcome.value.kind !== "import-importance-matrix") return { ok: false, failure: failure("internal") };
  const { entries, chunks, datasets } = outcome.value;
  const matrix = { entries, chunks, datasets };
  await writeFileAtomically(`${target}.json`, JSON.stringify(matrix));
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

async function chooseFile(
  owner: Electron.BrowserWindow | null,
  title: string,
  filters: Electron.FileFilter[],
): Promise<string | null> {
  if (owner === null) return null;
  const { canceled, filePaths } = await dialog.showOpenDialog(owner, { title, properties: ["openFile"], filters });
  return canceled ? null : (filePaths[0] ?? null);
}

async function qualityResults(modelId: ModelId, context: AppContext): Promise<Outcome<QualityResults>> {
  const installed = await context.models.files();
  const file = installed.find(({ model }) => model.id === modelId);
  if (file === undefined) return fail("not-found");
  const keys = new Map<ModelId, string>();
  for (const { model, paths } of installed) {
    const key = await contentKey(paths).catch(() => null);
    if (key !== null) keys.set(model.id, key);
  }
  const details = await detailsOf(file, context);
  const variants: MeasuredVariant[] = [];
  for (const { key, ...row } of context.jobs.tools.quality.family(
    keys.get(modelId) ?? "",
    details.madeFrom?.sourceSha256 ?? null,
  )) {
    const here = installed.find(({ model }) => model.id === row.modelId && keys.get(model.id) === key);
    // The file says how it was made, whoever asked for the measurement.
    const madeFrom = here === undefined ? null : (await detailsOf(here, context)).madeFrom;
    variants.push({
      ...row,
      modelId: here?.model.id ?? null,
      type: row.type ?? madeFrom?.type ?? null,
      calibrated: row.calibrated ?? madeFrom?.calibrated ?? null,
    });
  }
  const possibleSources: ModelId[] = [];
  for (const other of installed) {
    if (other.model.id === modelId || other.model.failure !== null) continue;
    const { architecture, parameterCount, weightType } = await detailsOf(other, context);
    if (architecture === null || architecture !== details.architecture || parameterCount !== details.parameterCount)
      continue;
    if (weightType !== null && QUANTIZABLE_WEIGHT_TYPES.has(weightType)) possibleSources.push(other.model.id);
  }
  return succeed({ variants, possibleSources });
}
