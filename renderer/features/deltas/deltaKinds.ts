// What the window offers for each kind of delta that can be made here; a new one is one entry. Renderer.
import {
  type CarriedMatrices,
  type MadeDelta,
  ONE_BIT_BLOCK,
  undividedWidth,
} from "../../../electron/contract/makeDelta";
import { t } from "../../../electron/words/language";
import { formatCount } from "../../../electron/words/quantities";

interface MakingEntry {
  readonly title: () => string;
  readonly button: () => string;
  /** `predicted`: its size. */
  readonly words: (predicted: string) => string;
  /** Why it cannot be made of these; null = it can. */
  readonly refusal: (matrices: readonly CarriedMatrices[]) => string | null;
}

/** As they are offered: the first that can be made is recommended. */
export const madeKinds = ["bitdelta", "lora"] as const satisfies readonly MadeDelta["kind"][];

export const making: Readonly<Record<MadeDelta["kind"], MakingEntry>> = {
  bitdelta: {
    title: () => t("1-bit delta"),
    button: () => t("Make the 1-bit delta"),
    words: (predicted) =>
      t(
        "The whole change, one bit for each weight: {predicted}. Its strength is then fitted while both models read a text.",
        { predicted },
      ),
    refusal(matrices) {
      const width = undividedWidth(matrices);
      return width === null
        ? null
        : t("Not with this model: its rows are {width} weights wide, and a 1-bit delta needs a multiple of {block}.", {
            width: formatCount(width),
            block: formatCount(ONE_BIT_BLOCK),
          });
    },
  },
  lora: {
    title: () => t("LoRA"),
    button: () => t("Extract the LoRA"),
    words: (predicted) =>
      t("Only the strongest directions of the change, for any program that knows adapters: {predicted}.", {
        predicted,
      }),
    refusal: () => null,
  },
};
