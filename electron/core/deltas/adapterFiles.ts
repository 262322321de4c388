// Adapter files that the user names, in GGUF or in the form of PEFT and MLX: added to the library, converted elsewhere, or only read.
import { stat } from "node:fs/promises";
import path from "node:path";
import type { DeltaDetails } from "../../contract/deltaDetails";
import type { Delta, DeltaFacts } from "../../contract/deltas";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { ModelId } from "../../contract/ids";
import type { TaskRun } from "../importing/FileTasks";
import { adapterFileAt, adapterName, peftConfigOf } from "../importing/peftFiles";
import type { JobControls } from "../jobs/JobQueue";
import { convertPeft, withConverted, type PeftFiles } from "../jobs/runFetchDelta";
import type { Parts } from "../Parts";
import { writeExport } from "../writeExport";
import { changeDeltaForm } from "./deltaJobs";

const PEFT_WEIGHTS = /\.safetensors$/iu;

/** As a file task, with progress. baseId: the model that one in PEFT's form is converted for; null = the one that is loaded. Failure: "request-cancelled" too. */
export function addAdapterFile(chosen: string, baseId: ModelId | null, parts: Parts): Promise<Outcome<Delta>> {
  const { deltas, fileTasks, jobs } = parts;
  return fileTasks.run({ kind: "add-fine-tune", title: adapterName(chosen), modelId: null }, async (run) => {
    const file = await adapterFileAt(chosen);
    if (file === null) return fail("delta-not-an-adapter", { file: path.basename(chosen) });
    const origin = { kind: "file" as const, fileName: path.basename(file) };
    if (!PEFT_WEIGHTS.test(file)) return deltas.addFile(file, origin, {}, run);
    const files = await peftFiles(file, baseId, parts);
    if (!files.ok) return files;
    // Reading it all is the work; the copy that follows is quick beside it.
    return withConverted(files.value, jobs.tools, await controlsOf(file, run), (converted) =>
      deltas.addOwnFile(converted, origin, { name: files.value.name }, { signal: run.signal }),
    );
  });
}

export interface Conversion {
  path: string;
  /** As for adding. */
  baseId: ModelId | null;
  target: string;
  /** Of a 1-bit delta: without what can be computed again. */
  compact: boolean;
}

/** As a file task. Failures: "target-exists", "delta-not-an-adapter", "peft-base-needed", "delta-not-one-bit", those of converting. */
export function convertAdapterFile(
  { path: chosen, baseId, target, compact }: Conversion,
  parts: Parts,
): Promise<Outcome<undefined>> {
  const { estimator, fileTasks, jobs, data } = parts;
  const name = adapterName(chosen);
  return fileTasks.run({ kind: "write-fine-tune", title: name, modelId: null }, async (run) => {
    const place = { target, replaces: false, sizeBytes: 0, unfinished: data.unfinished };
    const file = await adapterFileAt(chosen);
    if (file === null) return fail("delta-not-an-adapter", { file: path.basename(chosen) });
    if (PEFT_WEIGHTS.test(file)) {
      if (compact) return fail("delta-not-one-bit", { delta: name });
      const files = await peftFiles(file, baseId, parts);
      if (!files.ok) return files;
      const controls = await controlsOf(file, run);
      return writeExport(place, (part) => convertPeft(files.value, part, jobs.tools, controls));
    }
    const facts = await estimator.inspectDelta(file);
    if (facts.ok && facts.value.kind !== "bitdelta") return fail("delta-not-one-bit", { delta: name });
    if (!facts.ok && facts.failure.code !== "delta-compact") return withNames(facts, name);
    return writeExport(place, (part) =>
      changeDeltaForm({ source: file, target: part, compact }, jobs.tools, run.signal),
    );
  });
}

/** Failures: those of reading it; a compact delta is "delta-compact". */
export async function inspectAdapterFile(
  chosen: string,
  { estimator }: Parts,
): Promise<Outcome<{ facts: DeltaFacts; details: DeltaDetails }>> {
  const file = await adapterFileAt(chosen);
  if (file === null) return fail("delta-not-an-adapter", { file: path.basename(chosen) });
  const facts = await estimator.inspectDelta(file);
  if (!facts.ok) return withNames(facts, adapterName(file));
  const details = await estimator.describeDelta(file);
  return details.ok ? succeed({ facts: facts.value, details: details.value }) : withNames(details, adapterName(file));
}

/** With the configuration that is stored beside the weights. Failure: "peft-base-needed". */
async function peftFiles(
  weights: string,
  baseId: ModelId | null,
  { engine, models }: Parts,
): Promise<Outcome<PeftFiles>> {
  const meant = baseId ?? engine.loaded?.modelId ?? null;
  const base = meant === null ? null : await models.find(meant);
  if (base === null) return fail("peft-base-needed");
  const name = adapterName(weights).replace(PEFT_WEIGHTS, "");
  return succeed({
    weights,
    config: peftConfigOf(weights),
    base: base.path,
    name: name === "" ? "Adapter" : name,
    licence: null,
  });
}

/** A job's progress as a file task's: by the size of the weights that are read. */
async function controlsOf(weights: string, { signal, addTotal, addDone }: TaskRun): Promise<JobControls> {
  const sizeBytes = (await stat(weights).catch(() => null))?.size ?? 0;
  let doneBytes = 0;
  addTotal(sizeBytes);
  return {
    signal,
    onPhase(phase) {
      if (phase.kind !== "work") return;
      addDone(phase.progress.fraction * sizeBytes - doneBytes);
      doneBytes = phase.progress.fraction * sizeBytes;
    },
  };
}

function withNames(outcome: Extract<Outcome<never>, { ok: false }>, name: string): Outcome<never> {
  return {
    ok: false,
    failure: withMissingDetails(outcome.failure, { file: name, delta: name }),
  };
}
