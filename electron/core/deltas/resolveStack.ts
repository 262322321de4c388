// The files of a stack, once each of its deltas is known to go with the loaded model.
import type { NamedStack } from "../../contract/deltas";
import type { DeltaToApply } from "../../contract/engineProtocol";
import { fail, type Outcome } from "../../contract/failure";
import type { ModelId } from "../../contract/ids";
import type { ModelLibrary } from "../ModelLibrary";
import type { DeltaFile, DeltaLibrary } from "./DeltaLibrary";
import type { DeltaAt, DeltaMatcher } from "./DeltaMatcher";

export interface StackFiles {
  deltas: DeltaLibrary;
  library: ModelLibrary;
  deltaMatcher: DeltaMatcher;
}

/** The files of a stack for a model that is loaded. Failures: those of the library and of the match. */
export async function resolveStack(
  stack: NamedStack,
  modelId: ModelId,
  { deltas, library, deltaMatcher }: StackFiles,
): Promise<Outcome<DeltaToApply[]>> {
  const files = deltas.resolve(stack);
  if (!files.ok) return files;
  const model = await library.find(modelId);
  if (model === null) return fail("model-missing");
  const matches = await deltaMatcher.match(
    model.paths,
    files.value.flatMap(({ deltaId }) => deltas.find(deltaId) ?? []).map(deltaAt),
  );
  if (!matches.ok) return matches;
  for (const [index, { failure }] of matches.value.entries()) {
    if (failure !== null)
      return {
        ok: false,
        failure: { ...failure, details: { delta: files.value[index]?.name ?? "", ...failure.details } },
      };
  }
  return files;
}

export function deltaAt({ delta, path: file }: DeltaFile): DeltaAt {
  return {
    deltaId: delta.id,
    path: file,
    hasFingerprint: delta.facts.baseFingerprint !== null,
    baseName: delta.facts.baseName,
  };
}
