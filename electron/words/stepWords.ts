// What is said of the steps of a recipe; a new kind is one entry.
import type { JobStage } from "../contract/jobs";
import type { QuantizeStep, StepKind, StepKinds } from "../contract/quantizeRecipe";
import { t } from "./language";
import { formatList } from "./quantities";

interface StepWords<Step extends QuantizeStep> {
  /** Of a file. */
  readonly taken: () => string;
  readonly leftOut: () => string;
  /** Beside a type: "Q4_0 uncalibrated". */
  readonly leftOutBriefly: () => string;
  /** What a job goes through for it. */
  readonly stages: (step: Step) => readonly JobStage[];
}

type StepOf<Kind extends StepKind> = Extract<QuantizeStep, { kind: Kind }>;

const WORDS: { readonly [Kind in StepKind]: StepWords<StepOf<Kind>> } = {
  calibrate: {
    taken: () => t("calibrated"),
    leftOut: () => t("not calibrated"),
    leftOutBriefly: () => t("uncalibrated"),
    stages: (step) => (step.with.kind === "text" ? ["importance-matrix"] : []),
  },
};

// The keys of this very table.
const KINDS = Object.keys(WORDS) as StepKind[];

/** "not calibrated" */
export function stepsTaken(steps: StepKinds): string {
  return formatList(KINDS.map((kind) => WORDS[kind][steps.includes(kind) ? "taken" : "leftOut"]()));
}

export function stepsLeftOut(steps: StepKinds): string[] {
  return KINDS.filter((kind) => !steps.includes(kind)).map((kind) => WORDS[kind].leftOutBriefly());
}

export function stagesOf<Kind extends StepKind>(step: { kind: Kind } & StepOf<Kind>): readonly JobStage[] {
  return WORDS[step.kind].stages(step);
}
