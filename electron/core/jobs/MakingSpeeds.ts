// How fast deltas were made on this computer, for each kind of result: predicts the time of the next one.
import { z } from "zod";
import type { StartMakeDelta } from "../../contract/jobQueue";
import { makingKey } from "../../contract/makeDelta";
import type { JsonFile } from "../JsonFile";
import { entry, table, type ValueOf } from "../storedShape";
import type { JobControls } from "./JobQueue";

/** making-speeds.json: bytes of both models' weights per second. */
export const SavedMakingSpeeds = table(entry(z.number().positive()));
export type SavedMakingSpeeds = ValueOf<typeof SavedMakingSpeeds>;

export class MakingSpeeds {
  readonly #file: JsonFile<SavedMakingSpeeds>;

  constructor(file: JsonFile<SavedMakingSpeeds>) {
    this.#file = file;
  }

  get all(): SavedMakingSpeeds {
    return this.#file.value;
  }

  /** Passes a job's phases on, and keeps the speed that it had at the end; a job that is too short has none. */
  following({ result }: StartMakeDelta, controls: JobControls): JobControls {
    return {
      ...controls,
      onPhase: (phase) => {
        controls.onPhase(phase);
        if (phase.kind !== "work" || phase.progress.stage !== "make-delta" || phase.progress.fraction < 1) return;
        const { perSecond } = phase.progress;
        if (perSecond !== null && perSecond > 0)
          void this.#file.save({ ...this.#file.value, [makingKey(result)]: perSecond });
      },
    };
  }
}
