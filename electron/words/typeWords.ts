// What a type of quantization trades, in a word: nearness to the original against size.
import { t } from "./language";
import { formatBytes } from "./quantities";

type Trade = "full" | "near-original" | "high" | "balanced" | "small" | "tiny";

/** By the bits of a weight, which the names of all types tell: Q4_K_M, UD-IQ2_XXS, MXFP4, BF16. */
const TRADES: readonly (readonly [name: RegExp, trade: Trade])[] = [
  [/(?:^|[-_])(?:BF16|F16|F32|FP16|FP32)$/iu, "full"],
  [/(?:^|[-_])Q(?:8|6)_/iu, "near-original"],
  [/(?:^|[-_])Q5_/iu, "high"],
  [/(?:^|[-_])(?:I?Q4_|MXFP4|NVFP4)/iu, "balanced"],
  [/(?:^|[-_])I?Q3_/iu, "small"],
  [/(?:^|[-_])(?:I?Q[12]_|TQ[12]_)/iu, "tiny"],
];

const WORDS: Readonly<Record<Trade, () => string>> = {
  full: () => t("Full precision"),
  "near-original": () => t("Near-original@@quality"),
  high: () => t("High quality"),
  balanced: () => t("Balanced@@quality"),
  small: () => t("Small@@quality"),
  tiny: () => t("Tiny@@quality"),
};

/** "Balanced" for "Q4_K_M"; null for a name that tells nothing. */
export function typeWord(type: string): string | null {
  const trade = TRADES.find(([name]) => name.test(type))?.[1];
  return trade === undefined ? null : WORDS[trade]();
}

/** "Balanced", "Q4_K_M": for a line of facts; nothing of a type that is not known. */
export function typeFacts(type: string | null): string[] {
  if (type === null) return [];
  const word = typeWord(type);
  return word === null ? [type] : [word, type];
}

/** "Balanced · Q4_K_M". */
export function typeTitle(type: string): string {
  return typeFacts(type).join(" · ");
}

/** "Balanced · Q4_K_M · 4.8 GB". */
export function typeLine(type: string | null, sizeBytes: number): string {
  return [...typeFacts(type), formatBytes(sizeBytes)].join(" · ");
}
