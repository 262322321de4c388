// The methods "deltas.…" of the contract. Main process.
import { stat } from "node:fs/promises";
import path from "node:path";
import { dialog, shell } from "electron";
import type { Delta, DeltaForModel, NamedStack, Stack } from "../contract/deltas";
import type { DeltaToApply } from "../contract/engineProtocol";
import type { BaseVerdict } from "../contract/deltaJobs";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { ModelId } from "../contract/ids";
import type { JobPhase } from "../contract/jobQueue";
import type { MakeDeltaPreview, MakeDeltaQuestion } from "../contract/makeDelta";
import { freeBytesIn } from "../services/downloads/downloadDisk";
import type { DeltaFile } from "../services/deltas/DeltaLibrary";
import type { DeltaAt } from "../services/deltas/DeltaMatcher";
import { lookAtHubDelta } from "../services/deltas/lookAtHubDelta";
import type { TaskRun } from "../services/importing/FileTasks";
import { adapterName, peftConfigOf } from "../services/importing/peftFiles";
import { withConverted } from "../services/jobs/runFetchDelta";
import { runJob } from "../services/jobs/runJob";
import type { JobTools } from "../services/jobs/JobTools";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";

/** Some tenths of a second, on a slow disk with a large model more. */
const BASE_CHECK_TIMEOUT_MS = 60_000;
/** It reads and writes the file once: gigabytes on a slow disk. */
const FORM_TIMEOUT_MS = 600_000;

type DeltaHandlers = Pick<
  Handlers,
  | "deltas.list"
  | "deltas.forModel"
  | "deltas.inEngine"
  | "deltas.addFile"
  | "deltas.place"
  | "deltas.rename"
  | "deltas.delete"
  | "deltas.export"
  | "deltas.commandLine"
  | "deltas.lookAtHub"
  | "deltas.details"
  | "deltas.use"
  | "deltas.previewMake"
>;

export function deltaMethods(context: AppContext): DeltaHandlers {
  const { data, deltas, estimator, hub, models, supervisor, window } = context;
  return {
    "deltas.list": () => succeed(deltas.list()),
    async "deltas.forModel"({ modelId }) {
      const found = await deltasForModel(modelId, context);
      if (!found.ok) return found;
      return succeed({ deltas: found.value, moreThatFit: await countThatFit(modelId, found.value, context) });
    },
    "deltas.inEngine": () => succeed(supervisor.deltas),
    async "deltas.addFile"(chosen) {
      const owner = window();
      if (owner === null) return succeed(null);
      const { canceled, filePaths } = await dialog.showOpenDialog(owner, {
        title: "Choose a LoRA adapter or a 1-bit delta",
        properties: ["openFile"],
        filters: [
          { name: "Adapters", extensions: ["gguf", "safetensors"] },
          { name: "All files", extensions: ["*"] },
        ],
      });
      const file = filePaths[0];
      if (canceled || file === undefined) return succeed(null);
      const added = await addAdapterFile(file, chosen?.baseId ?? null, context);
      // The person's own wish is no failure.
      return !added.ok && added.failure.code === "request-cancelled" ? succeed(null) : added;
    },
    async "deltas.lookAtHub"({ repository }) {
      const client = hub.client();
      if (!client.ok) return client;
      const found = await lookAtHubDelta(client.value, estimator, repository, new AbortController().signal);
      if (!found.ok) return found;
      const { adapters, ...facts } = found.value;
      return succeed({
        ...facts,
        adapters: adapters.map(({ path: file, form, sizeBytes, rank, failure }) => ({
          path: file,
          form,
          sizeBytes,
          rank,
          failure,
        })),
      });
    },
    "deltas.details"({ deltaId }) {
      const found = deltas.find(deltaId);
      if (found === null) return fail("not-found");
      return estimator.describeDelta(found.path);
    },
    "deltas.use": ({ deltaId }) => data.chats.chatsUsingDelta(deltaId),
    "deltas.previewMake": (question) => previewMake(question, context),
    "deltas.place": ({ deltaId, beforeId }) => deltas.place(deltaId, beforeId),
    "deltas.rename": ({ deltaId, name }) => deltas.rename(deltaId, name),
    "deltas.delete": ({ deltaId }) => deltas.delete(deltaId, (file) => shell.trashItem(file)),
    async "deltas.export"({ deltaId, compact }) {
      const owner = window();
      const found = deltas.find(deltaId);
      if (owner === null) return succeed(null);
      if (found === null) return fail("not-found");
      const { canceled, filePath } = await dialog.showSaveDialog(owner, {
        title: "Export the fine-tune",
        defaultPath: `${found.delta.name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "-")}${compact ? "-compact" : ""}.gguf`,
        filters: [{ name: "GGUF adapters", extensions: ["gguf"] }],
      });
      if (canceled || filePath === "") return succeed(null);
      const exported = await deltas.exportTo(deltaId, filePath, { compact });
      return exported.ok ? succeed(path.basename(filePath)) : exported;
    },
    async "deltas.commandLine"({ deltaId, modelId }) {
      const delta = deltas.find(deltaId);
      const model = await models.find(modelId);
      if (delta === null || model === null) return fail("not-found");
      return succeed(`llama-cli -m ${quoted(model.path)} --lora ${quoted(delta.path)}`);
    },
  };
}

async function previewMake(
  { baseId, fineTuneId }: MakeDeltaQuestion,
  { data, dataFolder, estimator, models }: AppContext,
): Promise<Outcome<MakeDeltaPreview>> {
  const [base, fineTune] = [await models.find(baseId), await models.find(fineTuneId)];
  if (base === null || fineTune === null) return fail("not-found");
  if (baseId === fineTuneId) return fail("pair-equal");
  const pair = await estimator.previewPair(base.path, fineTune.path);
  if (pair.ok)
    return succeed({
      ...pair.value,
      diskFreeBytes: await freeBytesIn(dataFolder).catch(() => null),
      speeds: data.makingSpeeds.all,
    });
  const details = pair.failure.details ?? {};
  const file = (details["which"] === "base" ? base : fineTune).model.fileName;
  return { ok: false, failure: { ...pair.failure, details: { file, ...details } } };
}

/** As a file task, with progress. baseId: the model that one in PEFT's form is converted for; null = the one that is loaded. Failure: "request-cancelled" too. */
export function addAdapterFile(file: string, baseId: ModelId | null, context: AppContext): Promise<Outcome<Delta>> {
  const { deltas, fileTasks } = context;
  const fileName = path.basename(file);
  return fileTasks.run({ kind: "add-fine-tune", title: adapterName(file), modelId: null }, (run) =>
    /\.safetensors$/iu.test(file)
      ? addPeftFile(file, baseId ?? loadedModelId(context), context, run)
      : deltas.addFile(file, { kind: "file", fileName }, {}, run),
  );
}

/** Converted for the base, with the configuration that lies beside it. Failures: "peft-base-needed", those of converting and adding. */
async function addPeftFile(
  file: string,
  baseId: ModelId | null,
  { deltas, models, jobs: { tools } }: AppContext,
  { signal, addTotal, addDone }: TaskRun,
): Promise<Outcome<Delta>> {
  const base = baseId === null ? null : await models.find(baseId);
  if (base === null) return fail("peft-base-needed");
  const name = adapterName(file).replace(/\.safetensors$/iu, "");
  const files = {
    weights: file,
    config: peftConfigOf(file),
    base: base.path,
    name: name === "" ? "Adapter" : name,
    licence: null,
  };
  // Reading it all is the work; the copy that follows is quick beside it.
  const sizeBytes = (await stat(file).catch(() => null))?.size ?? 0;
  let doneBytes = 0;
  addTotal(sizeBytes);
  const onPhase = (phase: JobPhase) => {
    if (phase.kind !== "work") return;
    addDone(phase.progress.fraction * sizeBytes - doneBytes);
    doneBytes = phase.progress.fraction * sizeBytes;
  };
  return withConverted(files, tools, { signal, onPhase }, (converted) =>
    deltas.addFile(converted, { kind: "file", fileName: path.basename(file) }, { name: files.name }, { signal }),
  );
}

function loadedModelId({ supervisor: { state } }: Pick<AppContext, "supervisor">): ModelId | null {
  return state.kind === "ready" || state.kind === "generating" ? state.model.modelId : null;
}

/** Those that fit first, then by name. */
async function deltasForModel(
  modelId: ModelId,
  { deltas, models, deltaMatcher }: AppContext,
): Promise<Outcome<DeltaForModel[]>> {
  const model = await models.find(modelId);
  if (model === null) return fail("not-found");
  const all = deltas.list();
  const readable = all.flatMap(({ id, failure }) => {
    const file = failure === null || failure.code === "delta-crashed-last-time" ? deltas.find(id) : null;
    return file === null ? [] : [deltaAt(file)];
  });
  const matches = await deltaMatcher.match(model.paths, readable);
  if (!matches.ok) return matches;
  const byId = new Map(matches.value.map((match) => [match.deltaId, match]));
  const found = all.map((delta): DeltaForModel => {
    const match = byId.get(delta.id);
    if (match === undefined) return { delta, match: "refused", failure: delta.failure };
    return {
      delta,
      match: match.match,
      failure: match.failure && { ...match.failure, details: { delta: delta.name, ...match.failure.details } },
    };
  });
  const order = (match: DeltaForModel["match"]) => ["fits", "shapes-fit", "refused"].indexOf(match);
  return succeed(
    found.sort((one, other) => order(one.match) - order(other.match) || one.delta.name.localeCompare(other.delta.name)),
  );
}

/** The files of a stack for a model that is loaded. Failures: those of the library and of the match. */
export async function resolveStack(
  stack: NamedStack,
  modelId: ModelId,
  { deltas, models, deltaMatcher }: Pick<AppContext, "deltas" | "models" | "deltaMatcher">,
): Promise<Outcome<DeltaToApply[]>> {
  const files = deltas.resolve(stack);
  if (!files.ok) return files;
  const model = await models.find(modelId);
  if (model === null) return fail("model-missing");
  const matches = await deltaMatcher.match(
    model.paths,
    files.value.flatMap(({ deltaId }) => deltas.find(deltaId) ?? []).map(deltaAt),
  );
  if (!matches.ok) return matches;
  for (const [index, { failure }] of matches.value.entries()) {
    if (failure !== null)
      return {
        ok: false,
        failure: { ...failure, details: { delta: files.value[index]?.name ?? "", ...failure.details } },
      };
  }
  return files;
}

function deltaAt({ delta, path: file }: DeltaFile): DeltaAt {
  return {
    deltaId: delta.id,
    path: file,
    hasFingerprint: delta.facts.baseFingerprint !== null,
    baseName: delta.facts.baseName,
  };
}

/** In a job process of its own: it reads both files. */
export async function checkDeltaBase(
  delta: string,
  model: string,
  tools: Pick<JobTools, "fork" | "appFolder">,
): Promise<Outcome<BaseVerdict>> {
  const done = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request: { kind: "check-delta-base", delta, model } },
    { signal: AbortSignal.timeout(BASE_CHECK_TIMEOUT_MS) },
  );
  if (!done.ok) return done;
  return done.value.kind === "check-delta-base" ? succeed(done.value.verdict) : fail("internal");
}

/** In a job process of its own. */
export async function changeDeltaForm(
  form: { source: string; target: string; compact: boolean },
  tools: Pick<JobTools, "fork" | "appFolder">,
): Promise<Outcome<undefined>> {
  const done = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request: { kind: "convert-delta", ...form } },
    { signal: AbortSignal.timeout(FORM_TIMEOUT_MS) },
  );
  return done.ok ? succeed(undefined) : done;
}

/** Beside the model that is loaded now, by the estimator's numbers; null for another one, or where memory is not known. */
async function countThatFit(
  modelId: ModelId,
  found: readonly DeltaForModel[],
  { estimator, loads, supervisor }: AppContext,
): Promise<number | null> {
  const isLoaded = loadedModelId({ supervisor }) === modelId;
  const sizes = found.filter(({ match }) => match !== "refused").map(({ delta }) => delta.facts.weightsBytes);
  const meanBytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  if (!isLoaded || !(meanBytes > 0)) return null;
  const roomBytes = loads.roomForDeltas(modelId, await estimator.machine(), supervisor.deltas);
  return roomBytes === null ? null : Math.floor(roomBytes / meanBytes);
}

/** What the window chose, with what is remembered of it. */
export function chooseStack(stack: Stack | undefined, { deltas }: Pick<AppContext, "deltas">) {
  return stack === undefined ? succeed(undefined) : deltas.choose(stack);
}

/** For a shell: POSIX quoting, and cmd's on Windows. */
function quoted(file: string): string {
  if (/^[\w@%+=:,./\\-]+$/u.test(file)) return file;
  return process.platform === "win32" ? `"${file}"` : `'${file.replaceAll("'", `'\\''`)}'`;
}
