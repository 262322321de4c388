// What a model file that Facet quantized says of its making.
import { z } from "zod";
import { Sha256 } from "./hub";
import { StepKinds } from "./quantizeRecipe";

/** Written into the new file's metadata, and read from there: it stays true wherever the file goes. */
export const MadeFrom = z.strictObject({
  sourceFileName: z.string().min(1).max(200),
  sourceSha256: Sha256,
  type: z.string().min(1).max(40),
  steps: StepKinds,
  appVersion: z.string().min(1).max(40),
});
export type MadeFrom = z.infer<typeof MadeFrom>;
