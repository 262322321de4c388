// Of all types three to choose from: nearly the original, balanced, small; each by what fits this computer. Pure. Renderer.
import type { QuantizePreview } from "../../../electron/contract/quantize";
import type { QuantizationType } from "../../../electron/contract/quantizeRecipe";

type JudgedType = QuantizePreview["types"][number];

type Size = "near-original" | "balanced" | "small";

export interface SizeChoice {
  readonly size: Size;
  readonly judged: JudgedType;
}

/** What each size can be, in the order of preference; every type is in one of them. */
const TYPES: Readonly<Record<Size, readonly QuantizationType[]>> = {
  "near-original": ["Q8_0", "Q6_K"],
  balanced: ["Q4_K_M", "Q4_K_S", "IQ4_NL", "Q4_1", "Q4_0", "IQ4_XS", "MXFP4", "Q5_K_M", "Q5_K_S"],
  small: ["Q3_K_M", "IQ3_M", "Q2_K"],
};

/** The largest first. The proposal is always one of them; a size that would not be smaller than the one before is left out. */
export function threeSizes({ types, proposal }: Pick<QuantizePreview, "types" | "proposal">): SizeChoice[] {
  const choices: SizeChoice[] = [];
  for (const size of ["near-original", "balanced", "small"] as const) {
    const before = choices.at(-1)?.judged.preview.fileBytes ?? Infinity;
    const all = TYPES[size].flatMap((type) => types.filter(({ preview }) => preview.type === type));
    const smaller = all.filter(({ preview }) => preview.fileBytes < before);
    const judged =
      all.find(({ preview }) => preview.type === proposal?.type) ??
      smaller.find(({ fit }) => fit.verdict === "fits") ??
      smaller[0];
    if (judged !== undefined) choices.push({ size, judged });
  }
  return choices;
}
