// How a user wants the new file calibrated. Renderer.
import type { ChosenText } from "../../../electron/contract/quantize";

export interface CalibrationChoice {
  /** null = what is usual for the type. */
  readonly on: boolean | null;
  readonly from: "text" | "imported";
  /** Beside the text that comes with the app. */
  readonly ownText: ChosenText | null;
}

export const NO_CHOICE: CalibrationChoice = { on: null, from: "text", ownText: null };
