// Writes a PEFT or MLX adapter as an ordinary llama.cpp adapter. Without native code: reading, checking and writing are TypeScript. Job process.
import type { Failure } from "../../contract/failure";
import { withDetails, withMissingDetails } from "../../contract/failureDetails";
import { open } from "node:fs/promises";
import path from "node:path";
import type { ConvertPeftRequest } from "../../contract/deltaJobs";
import type { JobProgress, JobResult } from "../../contract/jobs";
import { MAX_PEFT_CONFIG_BYTES, readPeftConfig, type PeftConfig } from "../../contract/peftConfig";
import { readBaseShapes } from "../deltas/matchDelta";
import { FileByteSource } from "../gguf/ByteSource";
import { alignedBytes, headerBytes, type GgufEntry, type GgufTensor } from "../gguf/ggufBytes";
import { convertTensor } from "../peft/convertTensor";
import { planPeft, type PeftPlan } from "../peft/planPeft";
import { readSafetensors } from "../peft/readSafetensors";
import { requireFreeSpace, writeUnfinished } from "./freshFile";
import { JobError } from "./JobError";
import { progressMeter } from "./progressMeter";

const FLOAT32 = 0;
const FLOAT_BYTES = 4;

/** Throws JobError: those of planPeft and readSafetensors, "peft-config-…", "job-disk-full", the base's when its header cannot be read. */
export async function convertPeftJob(
  request: ConvertPeftRequest,
  report: (progress: JobProgress) => void,
): Promise<JobResult> {
  const base = await readBaseShapes(request.base);
  if (!base.ok) throw JobError.of(withMissingDetails(base.failure, { file: path.basename(request.base) }));
  const config = await readConfig(request.config);
  const weights = await openWeights(request.weights);
  try {
    const plan = planPeft(config, await readSafetensors(weights), base.value);
    const tensors = plan.tensors.map(({ name, dimensions }) => ({
      name,
      dimensions,
      type: FLOAT32,
      sizeBytes: dimensions[0] * dimensions[1] * FLOAT_BYTES,
    }));
    const header = headerBytes(entriesOf(request, plan, config, base.value.architecture), tensors);
    const fileBytes = header.length + sum(tensors.map(({ sizeBytes }) => alignedBytes(sizeBytes)));
    await requireFreeSpace(path.dirname(request.target), fileBytes);
    await writeUnfinished(request.target, (unfinished) => write(unfinished, header, plan, tensors, weights, report));
    return { kind: "convert-peft", fileBytes };
  } finally {
    await weights.close();
  }
}

async function readConfig(file: string): Promise<PeftConfig> {
  const source = await FileByteSource.open(file);
  if (!source.ok)
    throw JobError.because(
      source.failure.code === "model-missing" ? "peft-config-missing" : "peft-config-invalid",
      {},
      source.failure.cause,
    );
  try {
    if (source.value.sizeBytes > MAX_PEFT_CONFIG_BYTES)
      throw JobError.because("peft-config-invalid", { reason: "too-large" });
    const config = readPeftConfig(new TextDecoder().decode(await source.value.read(0, source.value.sizeBytes)));
    if (!config.ok) throw JobError.of(config.failure);
    return config.value;
  } finally {
    await source.value.close();
  }
}

async function openWeights(file: string): Promise<FileByteSource> {
  const source = await FileByteSource.open(file);
  if (!source.ok) {
    const { failure } = source;
    const known: Failure =
      failure.code === "model-missing" ? { code: "source-missing", cause: failure.cause } : failure;
    throw JobError.of(withDetails(known, { file: path.basename(file) }));
  }
  return source.value;
}

/** Names as in llama.cpp's gguf-py/gguf/constants.py. */
function entriesOf(
  { name, licence }: ConvertPeftRequest,
  { alpha }: PeftPlan,
  { baseModel }: PeftConfig,
  architecture: string,
): GgufEntry[] {
  const text = (key: string, value: string | null): GgufEntry[] =>
    value === null || value === "" ? [] : [[key, { type: "string", value }]];
  const baseName = baseModel === null ? null : (baseModel.split(/[/\\]/u).findLast((part) => part !== "") ?? null);
  return [
    ...text("general.architecture", architecture),
    ...text("general.type", "adapter"),
    ...text("general.name", name),
    ...text("general.license", licence),
    ...(baseName === null ? [] : ([["general.base_model.count", { type: "uint32", value: 1 }]] satisfies GgufEntry[])),
    ...text("general.base_model.0.name", baseName),
    ...text("adapter.type", "lora"),
    ["adapter.lora.alpha", { type: "float32", value: alpha }],
  ];
}

async function write(
  file: string,
  header: Buffer,
  plan: PeftPlan,
  tensors: readonly GgufTensor[],
  weights: FileByteSource,
  report: (progress: JobProgress) => void,
): Promise<void> {
  const total = sum(tensors.map(({ sizeBytes }) => sizeBytes));
  const meter = progressMeter("convert-delta", "bytes", report);
  const target = await open(file, "wx", 0o600);
  try {
    await target.writeFile(header);
    let done = 0;
    for (const planned of plan.tensors) {
      let writtenBytes = 0;
      for await (const values of convertTensor(weights, planned)) {
        await target.writeFile(new Uint8Array(values.buffer));
        writtenBytes += values.byteLength;
        meter({ done: done + writtenBytes, total, item: planned.name });
      }
      await target.writeFile(Buffer.alloc(alignedBytes(writtenBytes) - writtenBytes));
      done += writtenBytes;
    }
  } finally {
    await target.close();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
