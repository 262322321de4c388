// The kinds of a run. A new one is a line here.
import { StepError } from "../../scripts/step";
import type { FuzzKind } from "../FuzzKind";
import { gguf } from "./gguf";
import { lora } from "./lora";
import { peft } from "./peft";
import { safetensors } from "./safetensors";
import { seededFaults } from "./seededFaults";
import { storedFiles } from "./storedFiles";

export const fuzzKinds: readonly FuzzKind[] = [gguf, lora, peft, safetensors, storedFiles];

/** Those of a run, and the ones that are wrong on purpose. */
export function kindNamed(name: string): FuzzKind {
  const kind = [...fuzzKinds, ...seededFaults].find((one) => one.name === name);
  if (kind === undefined)
    throw new StepError(`There is no kind ${name}; there are ${fuzzKinds.map((one) => one.name).join(", ")}.`);
  return kind;
}
