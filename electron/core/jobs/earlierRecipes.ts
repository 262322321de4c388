// Jobs and figures as versions before recipes stored them, in today's form: they had a type, and a flag for calibration.
import { z } from "zod";
import type { QuantizeStep, StepKinds } from "../../contract/quantizeRecipe";

const EarlierCalibration = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("text"), ownTextId: z.string().nullable() }),
  z.strictObject({ kind: z.literal("imported") }),
]);

const EarlierJob = z.looseObject({
  order: z.looseObject({
    kind: z.literal("quantize"),
    start: z.looseObject({ type: z.string(), calibration: EarlierCalibration }),
    ownTextPath: z.string().nullable(),
  }),
});

/** Of jobs.json; what is of no such form is left as it is. */
export function withRecipe(json: unknown): unknown {
  const earlier = EarlierJob.safeParse(json);
  if (!earlier.success) return json;
  const { order, ...job } = earlier.data;
  const { start, ownTextPath, ...ordered } = order;
  const { type, calibration, ...started } = start;
  const ownTextId = calibration.kind === "text" ? calibration.ownTextId : null;
  const steps =
    calibration.kind === "none" ? [] : [{ kind: "calibrate" satisfies QuantizeStep["kind"], with: calibration }];
  return {
    ...job,
    order: {
      ...ordered,
      start: { ...started, recipe: { type, steps } },
      texts: ownTextId === null || ownTextPath === null ? {} : { [ownTextId]: ownTextPath },
    },
  };
}

const EarlierRow = z.looseObject({ calibrated: z.boolean().nullable() });

/** Of quality.json; what is of no such form is left as it is. */
export function withSteps(json: unknown): unknown {
  const earlier = EarlierRow.safeParse(json);
  if (!earlier.success) return json;
  const { calibrated, ...row } = earlier.data;
  const steps: StepKinds | null = calibrated === null ? null : calibrated ? ["calibrate"] : [];
  return { ...row, steps };
}
