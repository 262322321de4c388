// How the user wants the new file calibrated, and the step of a recipe that comes of it. Renderer.
import type { ChosenText } from "../../../electron/contract/quantize";
import {
  isUsualStep,
  type QuantizationType,
  type QuantizeStep,
  type StepKinds,
} from "../../../electron/contract/quantizeRecipe";

export interface CalibrationChoice {
  /** null = what is usual for the type. */
  readonly on: boolean | null;
  readonly from: "text" | "imported";
  /** Beside the text that comes with the app. */
  readonly ownText: ChosenText | null;
}

export const NO_CHOICE: CalibrationChoice = { on: null, from: "text", ownText: null };

export function isCalibrated({ on }: CalibrationChoice, type: QuantizationType): boolean {
  return on ?? isUsualStep("calibrate", type);
}

/** For all types alike; null = as is usual for each. */
export function chosenSteps(on: CalibrationChoice["on"]): StepKinds | null {
  return on === null ? null : on ? ["calibrate"] : [];
}

export function stepsFor(choice: CalibrationChoice, type: QuantizationType): QuantizeStep[] {
  if (!isCalibrated(choice, type)) return [];
  const { from, ownText } = choice;
  return [
    { kind: "calibrate", with: from === "imported" ? { kind: from } : { kind: from, ownTextId: ownText?.id ?? null } },
  ];
}
