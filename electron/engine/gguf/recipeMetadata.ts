// What a quantized file says of its recipe, written and read. Job process and fit process.
import { StepKind, type QuantizationType, type StepKinds } from "../../contract/quantizeRecipe";
import { metadataText, type GgufHeader } from "./readGgufHeader";

const TYPE_KEY = "facet.quantize.type";
/** Kinds with commas between them. */
const STEPS_KEY = "facet.quantize.steps";
const NO_STEPS = "none";
/** Of files from before there were recipes: "yes" or "no". */
const EARLIER_CALIBRATED_KEY = "facet.quantize.calibrated";

export function recipeMetadata(type: QuantizationType, steps: StepKinds): Record<string, string> {
  return { [TYPE_KEY]: type, [STEPS_KEY]: steps.length === 0 ? NO_STEPS : steps.join(",") };
}

/** Steps that this Facet does not know are left out. */
export function recipeInMetadata(header: GgufHeader): { type: string | undefined; steps: StepKinds } {
  const names = metadataText(header, STEPS_KEY)?.split(",");
  const earlier: StepKinds = metadataText(header, EARLIER_CALIBRATED_KEY) === "yes" ? ["calibrate"] : [];
  return {
    type: metadataText(header, TYPE_KEY),
    steps: names === undefined ? earlier : StepKind.options.filter((kind) => names.includes(kind)),
  };
}
