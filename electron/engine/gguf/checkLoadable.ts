// Whether llama.cpp could load a model and compute with it, as far as its whole header shows. Engine and fit process.
import { succeed, type Outcome } from "../../contract/failure";
import { checkHyperparameters } from "./checkHyperparameters";
import { checkTensors } from "./checkTensors";
import { checkVocabulary } from "./checkVocabulary";
import type { GgufHeader } from "./readGgufHeader";

/** Of a file on this computer, read with its vocabulary. Failures: those of the three. */
export function checkLoadable(header: GgufHeader, isFirstPart: boolean): Outcome<undefined> {
  for (const check of isFirstPart ? [checkHyperparameters, checkTensors, checkVocabulary] : [checkTensors]) {
    const sound = check(header);
    if (!sound.ok) return sound;
  }
  return succeed(undefined);
}
