// What computes fine-tunes of one bit, as a report says it.
import type { EngineDiagnosis, KernelReason } from "../contract/diagnosis";
import { t } from "./language";

const WORDS: Readonly<Record<KernelReason, () => string>> = {
  "not-built": () => t("llama.cpp’s own, as Facet’s were not built"),
  "does-not-load": () => t("llama.cpp’s own, as Facet’s can’t be loaded"),
  processor: () => t("llama.cpp’s own, as Facet has none for this processor"),
  "other-ggml": () => t("llama.cpp’s own, as Facet’s are for another version of llama.cpp"),
  "back-end": () => t("llama.cpp’s own, as Facet’s don’t fit its CPU back end"),
  "self-test": () => t("llama.cpp’s own, as Facet’s failed their self-test"),
};

export function kernelWords({ instructionSet, reason, cause }: EngineDiagnosis["deltaKernels"]): string {
  return reason === null
    ? t("Facet’s for {instructions}; self-test passed", { instructions: instructionSet })
    : t("{words} ({cause})", { words: WORDS[reason](), cause });
}
