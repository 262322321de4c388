// How a smaller file is made of a model: into which type, and in which steps. A new kind of step begins here.
import { z } from "zod";

/** Types offered to the user, best quality first. */
export const QUANTIZATION_TYPES = [
  "Q8_0",
  "Q6_K",
  "Q5_K_M",
  "Q5_K_S",
  "Q4_K_M",
  "Q4_K_S",
  "Q4_1",
  "Q4_0",
  "IQ4_NL",
  "IQ4_XS",
  "MXFP4",
  "Q3_K_M",
  "IQ3_M",
  "Q2_K",
] as const;
export const QuantizationType = z.enum(QUANTIZATION_TYPES);
export type QuantizationType = z.infer<typeof QuantizationType>;

/** What can be done beside rounding the weights, in the order in which it is done. Also written into files, so names stay. */
export const StepKind = z.enum(["calibrate"]);
export type StepKind = z.infer<typeof StepKind>;

/** What is known of a file that was made, or is to be: which steps, without their options. */
export const StepKinds = z.array(StepKind);
export type StepKinds = z.infer<typeof StepKinds>;

const USUAL_FOR: Readonly<Record<StepKind, ReadonlySet<QuantizationType>>> = {
  /** At four bits and below an importance matrix pays; above, it changes next to nothing. */
  calibrate: new Set(["Q4_K_M", "Q4_K_S", "Q4_1", "Q4_0", "IQ4_NL", "IQ4_XS", "Q3_K_M", "IQ3_M", "Q2_K"]),
};

export function isUsualStep(kind: StepKind, type: QuantizationType): boolean {
  return USUAL_FOR[kind].has(type);
}

export function usualSteps(type: QuantizationType): StepKinds {
  return StepKind.options.filter((kind) => isUsualStep(kind, type));
}

/** Stands for a text file that the user chose in the system's dialog, until the app is closed. */
export const TextId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/u)
  .brand<"TextId">();
export type TextId = z.infer<typeof TextId>;

/** Rounds by an importance matrix: which weights matter most. */
const CalibrateStep = z.strictObject({
  kind: z.literal("calibrate"),
  with: z.discriminatedUnion("kind", [
    /** The text that comes with the app, and the user's own where one was chosen. The matrix is kept and used again. */
    z.strictObject({ kind: z.literal("text"), ownTextId: TextId.nullable() }),
    /** See "quantize.importMatrix". */
    z.strictObject({ kind: z.literal("imported") }),
  ]),
});

export const QuantizeStep = z.discriminatedUnion("kind", [CalibrateStep]);
export type QuantizeStep = z.infer<typeof QuantizeStep>;

const Path = z.string().min(1).max(4096);

const PreparedCalibrateStep = z.strictObject({
  kind: z.literal("calibrate"),
  /** Kept and reused: one file per source model. Computed from `texts` when it is not there. */
  matrixPath: Path,
  texts: z.array(Path).min(1),
  /** Chunks of 512 tokens to read of each text, 0 = all: large models on slow machines take fewer; the text is well mixed. */
  chunkLimit: z.number().int().min(0),
});

/** The same steps for the job process, which is given files in place of choices. */
export const PreparedStep = z.discriminatedUnion("kind", [PreparedCalibrateStep]);
export type PreparedStep = z.infer<typeof PreparedStep>;

export const QuantizeRecipe = recipeOf(QuantizeStep);
export type QuantizeRecipe = z.infer<typeof QuantizeRecipe>;

export const PreparedRecipe = recipeOf(PreparedStep);
export type PreparedRecipe = z.infer<typeof PreparedRecipe>;

export function findStep<Step extends { kind: StepKind }, Kind extends StepKind>(
  steps: readonly Step[],
  kind: Kind,
): Extract<Step, { kind: Kind }> | null {
  return steps.find((step): step is Extract<Step, { kind: Kind }> => step.kind === kind) ?? null;
}

export function stepKinds(steps: readonly { kind: StepKind }[]): StepKinds {
  return steps.map(({ kind }) => kind);
}

function recipeOf<Step extends z.ZodType<{ kind: StepKind }>>(step: Step) {
  return z.strictObject({
    type: QuantizationType,
    steps: z.array(step).refine((steps) => new Set(stepKinds(steps)).size === steps.length, "a step twice"),
  });
}
