// A verdict in words and numbers: what stands beside the memory bar, and what its hover lists.
import type { Fit, FitMachine, FitParts } from "../contract/fit";
import { kindWord, otherKind } from "./fileKindWords";
import { failureTextOf } from "./failureText";
import { formatBytes, formatContext, formatRoughBytes } from "./quantities";

export type FitTone = "good" | "warning" | "bad" | "none";

/** Memory that a model may take: what is free now, less what stays with the system, and what the GPUs have. */
export function freeBytes(machine: FitMachine): number {
  const onGpus = machine.sharesMemory ? 0 : machine.gpus.reduce((sum, gpu) => sum + gpu.freeBytes, 0);
  return Math.max(0, machine.availableBytes - machine.systemReserveBytes) + onGpus;
}

/** The whole length of a memory bar. */
export function totalBytes(machine: FitMachine): number {
  return machine.sharesMemory
    ? machine.totalBytes
    : machine.gpus.reduce((sum, gpu) => sum + gpu.totalBytes, machine.totalBytes);
}

export function fitTone({ verdict }: Fit): FitTone {
  switch (verdict) {
    case "fits":
      return "good";
    case "smaller-context":
    case "partly-on-gpu":
      return "warning";
    case "does-not-fit":
      return "bad";
    case "unknown":
      return "none";
  }
}

export function fitWords(fit: Fit): string {
  const spareBytes = fit.neededBytes === null ? null : freeBytes(fit.machine) - fit.neededBytes;
  switch (fit.verdict) {
    case "fits":
      return spareBytes === null || spareBytes <= 0 ? "Fits" : `Fits, ${formatRoughBytes(spareBytes)} to spare`;
    case "smaller-context":
      return fit.largestContextTokens === null
        ? "Fits with a smaller context"
        : `Fits up to ${formatContext(fit.largestContextTokens)} context`;
    case "partly-on-gpu":
      return "Fits, in part on the GPU";
    case "does-not-fit":
      return spareBytes === null || spareBytes >= 0 ? "Does not fit" : `${formatRoughBytes(-spareBytes)} too large`;
    case "unknown":
      return unknownWords(fit);
  }
}

/** The same after a variant's name: "Q4_K_M fits, 8.9 GB to spare", "Q4_K_M is 29.8 GB too large". */
export function fitSentence(name: string, fit: Fit): string {
  const words = fitWords(fit);
  const joined =
    fit.verdict === "does-not-fit" && words !== "Does not fit"
      ? `is ${words}`
      : words.slice(0, 1).toLowerCase() + words.slice(1);
  return fit.verdict === "unknown" ? words : `${name} ${joined}`;
}

function unknownWords({ fileKind, failureCode }: Fit): string {
  const kind = otherKind(fileKind);
  if (kind !== null) return ["Cannot chat", kindWord(kind)].filter((word) => word !== null).join(": ");
  switch (failureCode) {
    case "hub-offline":
      return "Not known while offline";
    case "hub-needs-token":
    case "hub-gated":
      return "Not known without access";
    case "hub-rate-limited":
    case "hub-unavailable":
      return "Not known, the hub is busy";
    case "model-architecture-unknown":
    case "model-tokenizer-unknown":
      return "Facet cannot run this kind";
    case "model-needs-other-build":
      return "Needs another build of llama.cpp";
    case "model-vocabulary-unusable":
    case "model-ends-engine":
      return "This file cannot be used";
    case "model-not-gguf":
      return "No GGUF file";
    case "model-truncated":
      return "The file is incomplete";
    case "model-damaged":
      return "The file is damaged";
    default:
      return "Not known whether it fits";
  }
}

/** Nothing is known: the header could not be read, or not be judged. Other verdicts say something, "unknown" ones too: that Facet cannot run the file. */
export function isUnchecked({ verdict, failureCode }: Fit): boolean {
  return verdict === "unknown" && !/^model-(?!unreadable|missing)/u.test(failureCode ?? "");
}

/** Of an unchecked one, after a colon. */
export function uncheckedReason({ failureCode }: Fit): string {
  switch (failureCode) {
    case "hub-offline":
      return "Hugging Face cannot be reached";
    case "hub-needs-token":
    case "hub-gated":
      return "only those with access may read it";
    case "hub-rate-limited":
    case "hub-unavailable":
      return "Hugging Face is busy";
    default:
      return "the start of the file could not be read";
  }
}

export interface FitNumber {
  readonly name: string;
  readonly bytes: number;
}

/** The numbers behind a verdict, in the order of the bar. */
export function partNumbers(parts: FitParts, fit: Fit): FitNumber[] {
  return [
    { name: "Weights", bytes: parts.weightsBytes },
    { name: "Weights, rearranged", bytes: parts.weightCopiesBytes },
    { name: "Vocabulary", bytes: parts.vocabularyBytes },
    { name: `KV cache, ${cacheWords(fit)}`, bytes: parts.kvCacheBytes },
    { name: "Checkpoints of chats", bytes: parts.checkpointsBytes },
    { name: "Compute buffers", bytes: parts.computeBuffersBytes },
    { name: "Fine-tunes", bytes: parts.deltasBytes },
    { name: "Engine", bytes: parts.engineProcessBytes },
  ].filter(({ bytes }) => bytes > 0);
}

function cacheWords({ contextSizeTokens, conversations }: Fit): string {
  const context = `${formatContext(contextSizeTokens)} context`;
  return conversations === 1 ? context : `${conversations} chats of ${context}`;
}

export function machineNumbers(machine: FitMachine): FitNumber[] {
  return [
    { name: "Free memory now", bytes: machine.availableBytes },
    { name: "Of it, left to the system", bytes: machine.systemReserveBytes },
    { name: "Of it, held by the loaded model", bytes: machine.loadedModelBytes },
    ...machine.gpus.map((gpu) => ({ name: `Free on ${gpu.name}`, bytes: gpu.freeBytes })),
  ].filter(({ bytes }, index) => index === 0 || bytes > 0);
}

/** What else is worth to know of a verdict with numbers, one sentence each. */
export function contextNotes({
  trainContextSizeTokens,
  contextSizeTokens,
  largestContextTokens,
  onGpuBytes,
}: Fit): string[] {
  const notes: string[] = [];
  if (trainContextSizeTokens !== null && contextSizeTokens >= trainContextSizeTokens) {
    notes.push(`The model was trained for a context of up to ${formatContext(trainContextSizeTokens)}.`);
  } else if (largestContextTokens !== null && largestContextTokens > contextSizeTokens) {
    notes.push(`Up to ${formatContext(largestContextTokens)} context would fit.`);
  }
  if (onGpuBytes > 0) notes.push(`${formatBytes(onGpuBytes)} of it on the GPU.`);
  return notes;
}

/** Of a verdict without numbers. */
export function whyUnknown({ fileKind, failureCode }: Fit): string {
  if (otherKind(fileKind) !== null) return "The start of the file says that it is no model to chat with by itself.";
  switch (failureCode) {
    case "hub-offline":
      return "The start of the file must be read from the hub for this, and there is no connection.";
    case "hub-needs-token":
    case "hub-gated":
      return "The start of the file must be read for this, and the hub gives it only to those with access.";
    case "model-architecture-unknown":
      return "This version of Facet does not know this kind of model.";
    default:
      return fileFault(failureCode) ?? "The start of the file could not be read. You can download it all the same.";
  }
}

/** What the file itself shows is said as it is anywhere else; null for what is no fault of the file. */
function fileFault(failureCode: string | null): string | null {
  if (failureCode === null || !/^model-(?!unreadable)/u.test(failureCode)) return null;
  return failureTextOf(failureCode)?.happened ?? null;
}
