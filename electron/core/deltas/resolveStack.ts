// The files of a stack, once each of its deltas is known to go with the loaded model.
import type { NamedStack } from "../../contract/deltas";
import type { DeltaToApply } from "../../contract/engineProtocol";
import { fail, type Outcome, type Failure } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { ModelId } from "../../contract/ids";
import type { ModelLibrary } from "../ModelLibrary";
import type { DeltaFile, DeltaLibrary } from "./DeltaLibrary";
import type { DeltaAt, DeltaMatcher } from "./DeltaMatcher";

export interface StackFiles {
  deltas: Pick<DeltaLibrary, "resolve" | "find">;
  library: Pick<ModelLibrary, "find">;
  deltaMatcher: Pick<DeltaMatcher, "match">;
}

/** The files of a stack for a model that is loaded. Failures: "delta-deleted", those of the library and of the match. */
export async function resolveStack(
  stack: NamedStack,
  modelId: ModelId,
  { deltas, library, deltaMatcher }: StackFiles,
): Promise<Outcome<DeltaToApply[]>> {
  const files = filesOf(stack, deltas);
  if (!files.ok) return files;
  const model = await library.find(modelId);
  if (model === null) return fail("model-missing");
  // Files are read meanwhile, and what is in the library may go.
  const present = files.value.flatMap(({ deltaId }) => deltas.find(deltaId) ?? []).map(deltaAt);
  const matches = await deltaMatcher.match(model.paths, present);
  const stillThere = filesOf(stack, deltas);
  if (!stillThere.ok) return stillThere;
  if (!matches.ok) return matches;
  for (const { deltaId, failure } of matches.value) {
    if (failure === null) continue;
    const told: Failure = failure.code === "model-missing" ? { code: "delta-deleted", cause: failure.cause } : failure;
    const name = stack.find((entry) => entry.deltaId === deltaId)?.name ?? "";
    return { ok: false, failure: withMissingDetails(told, { delta: name }) };
  }
  return files;
}

/** What is asked of it now was chosen before: it was there then. */
function filesOf(stack: NamedStack, deltas: StackFiles["deltas"]): Outcome<DeltaToApply[]> {
  const files = deltas.resolve(stack);
  return !files.ok && files.failure.code === "delta-missing"
    ? { ok: false, failure: { ...files.failure, code: "delta-deleted" } }
    : files;
}

export function deltaAt({ delta, path: file }: DeltaFile): DeltaAt {
  return {
    deltaId: delta.id,
    path: file,
    hasFingerprint: delta.facts.baseFingerprint !== null,
    baseName: delta.facts.baseName,
  };
}
