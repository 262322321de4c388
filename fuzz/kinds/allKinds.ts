// The kinds of a run. A new one is a line here.
import { StepError } from "../../scripts/step";
import type { FuzzKind } from "../FuzzKind";
import { bridge } from "./bridge";
import { chatDatabase } from "./chatDatabase";
import { compactDelta } from "./compactDelta";
import { gguf } from "./gguf";
import { hub } from "./hub";
import { hubWire } from "./hubWire";
import { importanceMatrix } from "./importanceMatrix";
import { instance } from "./instance";
import { isAddonBuilt } from "./job";
import { lora } from "./lora";
import { peft } from "./peft";
import { safetensors } from "./safetensors";
import { seededFaults } from "./seededFaults";
import { storedFiles } from "./storedFiles";
import { templates } from "./templates";
import { weights } from "./weights";

export const fuzzKinds: readonly FuzzKind[] = [
  gguf,
  lora,
  peft,
  safetensors,
  templates,
  storedFiles,
  chatDatabase,
  hub,
  hubWire,
  bridge,
  instance,
  // Without a compiler there is no addon.
  ...(isAddonBuilt ? [compactDelta, importanceMatrix] : []),
  weights,
];

/** Those of a run, and the ones that are wrong on purpose. */
export function kindNamed(name: string): FuzzKind {
  const kind = [...fuzzKinds, ...seededFaults].find((one) => one.name === name);
  if (kind === undefined)
    throw new StepError(`There is no kind ${name}; there are ${fuzzKinds.map((one) => one.name).join(", ")}.`);
  return kind;
}
