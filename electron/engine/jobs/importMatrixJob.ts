// Takes over an importance matrix that was made elsewhere, when it is one for this model. Job process.
import path from "node:path";
import type { ImportRequest, JobResult } from "../../contract/jobs";
import { FileByteSource } from "../gguf/ByteSource";
import { readGgufHeader } from "../gguf/readGgufHeader";
import { writeKeptFile } from "./freshFile";
import { JobError } from "./JobError";
import type { NativeAddon } from "./nativeAddon";
import { headerFailure } from "./soundHeader";

/** llama-imatrix's name for the sums of a weight: one row of its width for each of its matrices. */
const SUMS_SUFFIX = ".in_sum2";

/** Throws JobError "importance-matrix-unreadable", and "importance-matrix-invalid", also when it was computed for another model. */
export async function importMatrixJob(
  addon: NativeAddon,
  { source, model, target }: ImportRequest,
): Promise<JobResult> {
  await requireReadable(source);
  // The newest one that was imported for a model counts.
  return writeKeptFile(target, async (unfinished) => {
    const { entries, chunks, datasets } = await addon.importImportance({ source, target: unfinished });
    await requireFit(addon, unfinished, model);
    return { kind: "import-importance-matrix", entries, chunks, datasets };
  });
}

/** The addon would open a pipe, and wait for it. The older form, imatrix.dat, has no header. */
async function requireReadable(source: string): Promise<void> {
  const unsound = await headerFailure(source);
  if (unsound === null || unsound.code === "model-not-gguf") return;
  const isUnreadable = unsound.code === "model-missing" || unsound.code === "model-unreadable";
  throw JobError.because(
    isUnreadable ? "importance-matrix-unreadable" : "importance-matrix-invalid",
    {},
    unsound.cause ?? unsound.code,
  );
}

/** llama.cpp finds out only while it quantizes, and not at all when no name is the same. */
async function requireFit(addon: NativeAddon, matrix: string, model: string): Promise<void> {
  const weights = new Map<string, number>();
  // Which type is planned does not matter: a plan names every weight with its shape.
  for (const {
    name,
    shape: [width = 0, , matrices = 1],
  } of await addon.planQuantize({ source: model, type: "Q8_0", calibrated: false })) {
    weights.set(name, width * matrices);
  }
  let known = 0;
  for (const { name, dimensions } of await tensorsOf(matrix)) {
    const weight = name.slice(0, -SUMS_SUFFIX.length);
    const columns = name.endsWith(SUMS_SUFFIX) ? weights.get(weight) : undefined;
    if (columns === undefined) continue;
    const sums = dimensions.reduce((product, length) => product * length, 1);
    if (sums !== columns)
      throw JobError.because("importance-matrix-invalid", {}, `${sums} columns for ${weight}, which has ${columns}`);
    known += 1;
  }
  if (known === 0)
    throw JobError.because("importance-matrix-invalid", {}, `none of the weights of ${path.basename(model)}`);
}

async function tensorsOf(file: string): Promise<readonly { name: string; dimensions: readonly number[] }[]> {
  const source = await FileByteSource.open(file);
  if (!source.ok) throw JobError.because("importance-matrix-unreadable", {}, source.failure.cause);
  try {
    const header = await readGgufHeader(source.value);
    if (!header.ok)
      throw JobError.because("importance-matrix-invalid", {}, header.failure.cause ?? header.failure.code);
    return header.value.tensors;
  } finally {
    await source.value.close();
  }
}
