// The variants of a model, largest quality last: the usual ones first, all of them when asked for; then what else is there.
import { freeBytes } from "../../../electron/contract/freeBytes";
import { useState } from "react";
import { t } from "../../../electron/words/language";
import type { HubModel } from "../../../electron/contract/hub";
import { Button } from "../../ui/Button";
import { AlsoHere } from "./AlsoHere";
import { useKnownFits, useKnownKinds, useMachine } from "./fits";
import {
  bestVariant,
  likelyVariant,
  modelVariants,
  namedDrafts,
  oddVariants,
  usualVariants,
} from "../../../electron/words/variantChoice";
import { VariantRow } from "./VariantRow";
import { variantName } from "../../../electron/words/variantWords";
import styles from "./Variants.module.css";

interface VariantsProps {
  readonly model: HubModel;
  /** The quantization that suits this computer by what is known without reading files; null where nothing is. */
  readonly preferred?: string | null;
}

export function Variants({ model, preferred = null }: VariantsProps) {
  const [all, setAll] = useState(false);
  const { variants, shown, usual, choice, drafts } = useVariants(model, { all, preferred });
  const hidden = variants.length - shown.length;
  const names = shown.map((variant) => variantName(variant, shown));
  return (
    <>
      <ul
        data-long-names={shown.some(({ quantization }, index) => names[index] !== quantization) || undefined}
        className={styles.list}
      >
        {shown.map((variant, index) => (
          <VariantRow
            key={variant.id}
            model={model}
            variant={variant}
            name={names[index] ?? variant.id}
            best={choice.kind === "best" && variant.id === choice.variant.id}
            // The choice of the best one rests on them all, seen or not.
            judged={usual.includes(variant)}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <Button look="quiet" className={styles.more} onClick={() => setAll(true)}>
          {t("{count, plural, one {Show # more} other {Show # more}}", { count: hidden })}
        </Button>
      )}
      <AlsoHere model={model} unread={[...oddVariants(variants, shown), ...drafts]} />
    </>
  );
}

/** What is shown of a model's variants, and which of them to take. */
export function useVariants(model: HubModel, { all, preferred }: { all: boolean; preferred: string | null }) {
  const machine = useMachine();
  const kindOf = useKnownKinds(model);
  const variants = modelVariants(model.variants, kindOf);
  const likely =
    variants.find(
      ({ quantization, obstacle }) => obstacle === null && quantization !== null && quantization === preferred,
    ) ?? likelyVariant(variants, machine === null ? 0 : freeBytes(machine));
  const usual = usualVariants(variants, likely);
  const fitOf = useKnownFits(model, usual);
  return {
    variants,
    shown: all ? variants : usual,
    usual,
    choice: bestVariant(usual, fitOf),
    drafts: namedDrafts(model.variants, kindOf).filter((variant) => !variants.includes(variant)),
    /** The one that stands for all while the card is closed. */
    likely,
  };
}
