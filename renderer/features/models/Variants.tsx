// The variants of a model, largest quality last: the usual ones first, all of them when asked for.
import { useState } from "react";
import type { HubModel } from "../../../electron/contract/hub";
import { Button } from "../../ui/Button";
import { useKnownFits, useMachine } from "./fits";
import { freeBytes } from "./fitWords";
import { bestVariant, likelyVariant, modelVariants, usualVariants } from "./variantChoice";
import { VariantRow } from "./VariantRow";
import styles from "./Variants.module.css";

export function Variants({ model }: { readonly model: HubModel }) {
  const [all, setAll] = useState(false);
  const { shown, usual, hiddenCount, best } = useVariants(model, all);
  if (shown.length === 0) return <p className={styles.none}>There is no GGUF model in this repository.</p>;
  return (
    <>
      <ul>
        {shown.map((variant) => (
          <VariantRow
            key={variant.id}
            model={model}
            variant={variant}
            best={variant.id === best?.id}
            // The choice of the best one rests on them all, seen or not.
            judged={usual.includes(variant)}
          />
        ))}
      </ul>
      {hiddenCount > 0 && (
        <Button look="quiet" className={styles.more} onClick={() => setAll(true)}>
          Show {hiddenCount} more
        </Button>
      )}
    </>
  );
}

/** What is shown of a model's variants, which of them is best (until the verdicts are here: likely so), and one sentence why. */
export function useVariants(model: HubModel, all: boolean) {
  const machine = useMachine();
  const variants = modelVariants(model.variants);
  const likely = likelyVariant(variants, machine === null ? 0 : freeBytes(machine));
  const usual = usualVariants(variants, likely);
  const shown = all ? variants : usual;
  const fitOf = useKnownFits(model, usual);
  const choice = bestVariant(usual, fitOf);
  return {
    variants,
    shown,
    usual,
    hiddenCount: variants.length - shown.length,
    best: choice === "undecided" ? likely : (choice?.variant ?? null),
    why: choice === "undecided" ? null : (choice?.why ?? "None of these fits into the free memory"),
    /** The one that stands for all while the card is closed. */
    likely,
  };
}
