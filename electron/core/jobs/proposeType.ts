// Which type to propose for a model on this computer. Pure.
import type { Fit } from "../../contract/fit";
import type { TypePreview } from "../../contract/jobs";
import type { ProposalReason } from "../../contract/quantize";
import type { QuantizationType } from "../../contract/quantizeRecipe";

/** More of the weights in fallback types than this, and K-quants are larger without being better. */
const MAX_FALLBACK_SHARE = 0.25;
/** The usual choices, the first that exists: with K-quants, and where widths do not divide by 256. */
const BALANCED: readonly QuantizationType[] = ["Q4_K_M", "Q4_K_S", "Q4_0", "Q8_0"];
const BALANCED_WITHOUT_K: readonly QuantizationType[] = ["IQ4_NL", "Q4_1", "Q4_0", "Q8_0"];

export interface JudgedType {
  preview: Pick<TypePreview, "type" | "fileBytes" | "tensors">;
  fit: Pick<Fit, "verdict">;
}

/** Null when there is nothing to choose from. */
export function proposeType(types: readonly JudgedType[]): { type: QuantizationType; reason: ProposalReason } | null {
  const find = (type: QuantizationType) => types.find(({ preview }) => preview.type === type);
  const kQuant = find("Q4_K_M");
  const falls = kQuant !== undefined && fallbackShare(kQuant) > MAX_FALLBACK_SHARE;
  const bySize = types.toSorted((left, right) => right.preview.fileBytes - left.preview.fileBytes);
  const usual = (falls ? BALANCED_WITHOUT_K : BALANCED).map(find).find((type) => type !== undefined) ?? bySize.at(-1);
  if (usual === undefined) return null;
  const propose = ({ preview: { type } }: JudgedType, reason: ProposalReason) => ({ type, reason });

  if (usual.fit.verdict === "unknown") return propose(usual, "fit-unknown");
  if (usual.fit.verdict === "fits") return propose(usual, falls ? "width-does-not-divide" : "best-balance");
  const smaller = bySize.filter(({ preview }) => preview.fileBytes <= usual.preview.fileBytes);
  const fitting =
    smaller.find(({ fit }) => fit.verdict === "fits") ??
    smaller.find(({ fit }) => fit.verdict !== "does-not-fit" && fit.verdict !== "unknown");
  if (fitting) return propose(fitting, "largest-that-fits");
  const unknown = smaller.find(({ fit }) => fit.verdict === "unknown");
  if (unknown) return propose(unknown, "fit-unknown");
  const smallest = bySize.at(-1);
  return smallest === undefined ? null : propose(smallest, "none-fits");
}

/** Share of the source's bytes that would be written in another type than asked for. */
function fallbackShare({ preview: { tensors } }: JudgedType): number {
  const sum = (list: JudgedType["preview"]["tensors"]) =>
    list.reduce((total, { sourceBytes }) => total + sourceBytes, 0);
  return sum(tensors.filter(({ widthDoesNotDivide }) => widthDoesNotDivide)) / Math.max(1, sum(tensors));
}
