// The step "calibrate": an importance matrix, computed from texts or imported, by which the weights are rounded.
import { access } from "node:fs/promises";
import path from "node:path";
import { fail, failure, succeed } from "../../contract/failure";
import type { QuantizeStep } from "../../contract/quantizeRecipe";
import { contentKey } from "./contentKey";
import { bytesOf, calibrationChunks, calibrationText, calibrationTexts, textMatrixPath } from "./JobTools";
import type { StepEntry } from "./quantizeSteps";

export const calibrateStep: StepEntry<Extract<QuantizeStep, { kind: "calibrate" }>> = {
  refusal: (step, source) =>
    step.with.kind === "imported" && source.kind === "hub"
      ? failure("request-invalid", undefined, "an imported matrix belongs to an installed model")
      : null,

  textIds: (step) => (step.with.kind === "text" && step.with.ownTextId !== null ? [step.with.ownTextId] : []),

  fileWord(step, isUsual) {
    if (step === null) return isUsual ? "uncalibrated" : "";
    if (step.with.kind === "imported") return "imported-matrix";
    if (step.with.ownTextId !== null) return "own-text";
    return isUsual ? "" : "calibrated";
  },

  async prepare(step, { paths, texts }, { appFolder, importanceFolder }) {
    if (step.with.kind === "imported") {
      const matrixPath = importedMatrixPath(importanceFolder, await contentKey(paths));
      if (!(await exists(matrixPath))) return fail("importance-matrix-unreadable");
      return succeed({ kind: "calibrate", matrixPath, texts: [calibrationText(appFolder)], chunkLimit: 0 });
    }
    const { ownTextId } = step.with;
    const ownTextPath = ownTextId === null ? null : (texts[ownTextId] ?? null);
    return succeed({
      kind: "calibrate",
      matrixPath: await textMatrixPath(importanceFolder, appFolder, paths, ownTextPath),
      texts: calibrationTexts(appFolder, ownTextPath),
      chunkLimit: calibrationChunks(await bytesOf(paths)),
    });
  },

  /** llama.cpp notices only while it quantizes that a matrix was made for another model. */
  explain: (step, cause) =>
    step.with.kind === "imported" && cause.code === "quantize-failed" && /imatrix/iu.test(cause.cause ?? "")
      ? { ...cause, code: "importance-matrix-invalid" }
      : cause,
};

export function importedMatrixPath(importanceFolder: string, sourceKey: string): string {
  return path.join(importanceFolder, `imported-${sourceKey}.gguf`);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
