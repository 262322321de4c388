// A verdict in words and numbers: what stands beside the memory bar, and what its hover lists.
import type { Fit, FitMachine, FitParts } from "../contract/fit";
import { freeBytes } from "../contract/freeBytes";
import { kindWord, otherKind } from "./fileKindWords";
import { failureTextOf } from "./failureText";
import { formatBytes, formatContext, formatRoughBytes } from "./quantities";
import { t } from "./language";

export type FitTone = "good" | "warning" | "bad" | "none";

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
  const spare = spareBytes(fit);
  switch (fit.verdict) {
    case "fits":
      return spare > 0 ? t("Fits, {size} to spare", { size: formatRoughBytes(spare) }) : t("Fits");
    case "smaller-context":
      return fit.largestContextTokens === null
        ? t("Fits with a smaller context")
        : t("Fits with up to {context} context", { context: formatContext(fit.largestContextTokens) });
    case "partly-on-gpu":
      return t("Fits, partly on the GPU");
    case "does-not-fit":
      return spare < 0 ? t("{size} too large", { size: formatRoughBytes(-spare) }) : t("Doesn’t fit");
    case "unknown":
      return unknownWords(fit);
  }
}

/** The same with a variant's name: "Q4_K_M fits, 8.9 GB to spare", "Q4_K_M is 29.8 GB too large". */
export function fitSentence(name: string, fit: Fit): string {
  const spare = spareBytes(fit);
  switch (fit.verdict) {
    case "fits":
      return spare > 0
        ? t("{name} fits, {size} to spare", { name, size: formatRoughBytes(spare) })
        : t("{name} fits", { name });
    case "smaller-context":
      return fit.largestContextTokens === null
        ? t("{name} fits with a smaller context", { name })
        : t("{name} fits with up to {context} context", { name, context: formatContext(fit.largestContextTokens) });
    case "partly-on-gpu":
      return t("{name} fits, partly on the GPU", { name });
    case "does-not-fit":
      return spare < 0
        ? t("{name} is {size} too large", { name, size: formatRoughBytes(-spare) })
        : t("{name} doesn’t fit", { name });
    case "unknown":
      return unknownWords(fit);
  }
}

/** What the model leaves of the free memory; below 0: what is missing. 0 where it is not known. */
function spareBytes({ neededBytes, machine }: Fit): number {
  return neededBytes === null ? 0 : freeBytes(machine) - neededBytes;
}

function unknownWords({ fileKind, failureCode }: Fit): string {
  const kind = otherKind(fileKind);
  if (kind !== null) {
    const word = kindWord(kind);
    return word === null ? t("Can’t chat") : t("Can’t chat: {kind}", { kind: word });
  }
  switch (failureCode) {
    case "hub-offline":
      return t("Unknown while offline");
    case "hub-certificate-refused":
      return t("Unknown, certificate not trusted");
    case "hub-needs-token":
    case "hub-token-refused":
    case "hub-gated":
      return t("Unknown without access");
    case "hub-rate-limited":
    case "hub-unavailable":
      return t("Unknown, Hugging Face is busy");
    case "model-architecture-unknown":
    case "model-tokenizer-unknown":
      return t("Facet can’t run this kind");
    case "model-needs-other-build":
      return t("Needs another build of llama.cpp");
    case "model-vocabulary-unusable":
    case "model-ends-engine":
      return t("This file can’t be used");
    case "model-not-gguf":
      return t("Not a GGUF file");
    case "model-truncated":
      return t("The file is incomplete");
    case "model-damaged":
      return t("The file is damaged");
    default:
      return t("Unknown whether it fits");
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
      return t("Hugging Face can’t be reached@@reason");
    case "hub-certificate-refused":
      return t("this computer doesn’t trust the server’s certificate@@reason");
    case "hub-needs-token":
    case "hub-token-refused":
    case "hub-gated":
      return t("only people with access may read it@@reason");
    case "hub-rate-limited":
    case "hub-unavailable":
      return t("Hugging Face is busy@@reason");
    default:
      return t("the start of the file couldn’t be read@@reason");
  }
}

export interface FitNumber {
  readonly name: string;
  readonly bytes: number;
}

/** The numbers behind a verdict, in the order of the bar. */
export function partNumbers(parts: FitParts, fit: Fit): FitNumber[] {
  return [
    { name: t("Weights"), bytes: parts.weightsBytes },
    { name: t("Weights, rearranged"), bytes: parts.weightCopiesBytes },
    { name: t("Vocabulary"), bytes: parts.vocabularyBytes },
    { name: cacheWords(fit), bytes: parts.kvCacheBytes },
    { name: t("Chat checkpoints"), bytes: parts.checkpointsBytes },
    { name: t("Compute buffers"), bytes: parts.computeBuffersBytes },
    { name: t("Fine-tunes"), bytes: parts.deltasBytes },
    { name: t("Engine"), bytes: parts.engineProcessBytes },
  ].filter(({ bytes }) => bytes > 0);
}

function cacheWords({ contextSizeTokens, conversations }: Fit): string {
  const context = formatContext(contextSizeTokens);
  return conversations === 1
    ? t("KV cache, {context} context", { context })
    : t("KV cache, {conversations, plural, one {# chat} other {# chats}} of {context} context", {
        conversations,
        context,
      });
}

export function machineNumbers(machine: FitMachine): FitNumber[] {
  return [
    { name: t("Free memory now"), bytes: machine.availableBytes },
    { name: t("Of that, reserved for the system"), bytes: machine.systemReserveBytes },
    { name: t("Of that, held by the loaded model"), bytes: machine.loadedModelBytes },
    ...machine.gpus.map((gpu) => ({ name: t("Free on {gpu}", { gpu: gpu.name }), bytes: gpu.freeBytes })),
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
    notes.push(
      t("The model was trained for a context of up to {context}.", { context: formatContext(trainContextSizeTokens) }),
    );
  } else if (largestContextTokens !== null && largestContextTokens > contextSizeTokens) {
    notes.push(t("Up to {context} context would fit.", { context: formatContext(largestContextTokens) }));
  }
  if (onGpuBytes > 0) notes.push(t("{size} of it on the GPU.", { size: formatBytes(onGpuBytes) }));
  return notes;
}

/** Of a verdict without numbers. */
export function whyUnknown({ fileKind, failureCode }: Fit): string {
  if (otherKind(fileKind) !== null) return t("This file isn’t a model that you can chat with by itself.");
  switch (failureCode) {
    case "hub-offline":
      return t("Facet would have to read the start of the file from Hugging Face, and there is no connection.");
    case "hub-certificate-refused":
      return t(
        "Facet would have to read the start of the file, and this computer doesn’t trust the server’s certificate.",
      );
    case "hub-needs-token":
    case "hub-token-refused":
    case "hub-gated":
      return t("Facet would have to read the start of the file, and Hugging Face gives it only to people with access.");
    case "model-architecture-unknown":
      return t("This version of Facet doesn’t know this kind of model.");
    default:
      return fileFault(failureCode) ?? t("The start of the file couldn’t be read. You can still download it.");
  }
}

/** What the file itself shows is said as it is anywhere else; null for what is no fault of the file. */
function fileFault(failureCode: string | null): string | null {
  if (failureCode === null || !/^model-(?!unreadable)/u.test(failureCode)) return null;
  return failureTextOf(failureCode)?.happened ?? null;
}
