// A base model and a full fine-tune of it, for what can only be measured on a real pair. Never part of the project: bench/fineTune/README.md.
import { existsSync } from "node:fs";
import path from "node:path";

export interface FineTunePair {
  /** Both in 16 bits. */
  base: string;
  fineTune: string;
}

/** In the folder that FACET_FINE_TUNE_PAIR names. Throws when it is not there, and says how to make one. */
export function fineTunePair(): FineTunePair {
  const folder = process.env["FACET_FINE_TUNE_PAIR"];
  const pair = folder
    ? { base: path.resolve(folder, "base.F16.gguf"), fineTune: path.resolve(folder, "finetune.F16.gguf") }
    : null;
  if (pair !== null && existsSync(pair.base) && existsSync(pair.fineTune)) return pair;
  throw new Error(
    "This needs a base and a fine-tune of it: base.F16.gguf and finetune.F16.gguf in the folder that FACET_FINE_TUNE_PAIR names. " +
      "bench/fineTune/README.md says how to make them in four commands.",
  );
}
