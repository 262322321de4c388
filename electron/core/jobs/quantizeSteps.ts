// What the application does for each kind of step of a recipe. A new kind is one entry.
import type { Failure, Outcome } from "../../contract/failure";
import type { QuantizeSource } from "../../contract/quantize";
import {
  findStep,
  isUsualStep,
  StepKind,
  type PreparedStep,
  type QuantizeRecipe,
  type QuantizeStep,
  type TextId,
} from "../../contract/quantizeRecipe";
import { calibrateStep } from "./calibrateStep";
import type { JobTools } from "./JobTools";

export interface StepSource {
  /** All parts of the model, in order. */
  paths: readonly string[];
  /** Texts of the user that the recipe names. */
  texts: Readonly<Record<TextId, string>>;
}

export interface StepEntry<Step extends QuantizeStep> {
  /** Why it cannot be done with this source; null where it can. */
  refusal(step: Step, source: QuantizeSource): Failure | null;
  /** Of the user, that it reads. */
  textIds(step: Step): readonly TextId[];
  /** In the new file's name: how it differs from what is usual for the type, "" where it does not. null: the step is left out. */
  fileWord(step: Step | null, isUsual: boolean): string;
  /** Throws the file system's errors. */
  prepare(
    step: Step,
    source: StepSource,
    tools: JobTools,
  ): Promise<Outcome<Extract<PreparedStep, { kind: Step["kind"] }>>>;
  /** What the job's failure means when this was one of its steps. */
  explain(step: Step, failure: Failure): Failure;
}

type StepOf<Kind extends StepKind> = Extract<QuantizeStep, { kind: Kind }>;

const ENTRIES: { readonly [Kind in StepKind]: StepEntry<StepOf<Kind>> } = { calibrate: calibrateStep };

export function entryOf<Kind extends StepKind>({ kind }: { kind: Kind }): StepEntry<StepOf<Kind>> {
  return ENTRIES[kind];
}

/** In the order of the kinds; none where the recipe is the usual one. */
export function fileWords({ type, steps }: QuantizeRecipe): string[] {
  const word = <Kind extends StepKind>(kind: Kind) =>
    entryOf({ kind }).fileWord(findStep(steps, kind), isUsualStep(kind, type));
  return StepKind.options.map(word).filter((each) => each !== "");
}
