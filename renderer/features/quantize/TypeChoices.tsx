// The three sizes to choose from: "Balanced · Q4_K_M · 4.8 GB", and whether each fits.
import { useId } from "react";
import type { QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { t } from "../../../electron/words/language";
import { typeLine } from "../../../electron/words/typeWords";
import { FitBar } from "../models/FitBar";
import { FitVerdict } from "../models/FitVerdict";
import type { SizeChoice } from "./threeSizes";
import styles from "./TypeChoices.module.css";

interface TypeChoicesProps {
  readonly choices: readonly SizeChoice[];
  readonly chosen: QuantizationType;
  readonly proposed: QuantizationType | null;
  /** False: sizes and verdicts are for other settings than those set now. */
  readonly current: boolean;
  readonly onChoose: (type: QuantizationType) => void;
}

export function TypeChoices({ choices, chosen, proposed, current, onChoose }: TypeChoicesProps) {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend className="visually-hidden">{t("Size")}</legend>
      {choices.map(({ size, judged: { preview, fit } }) => {
        const { type, fileBytes } = preview;
        return (
          <div key={size} className={styles.choice} data-chosen={type === chosen || undefined}>
            <label className={styles.label}>
              <input type="radio" name={name} checked={type === chosen} onChange={() => onChoose(type)} />
              {typeLine(type, fileBytes)}
              {type === proposed && <span className={styles.tag}>{t("Recommended")}</span>}
            </label>
            <FitVerdict
              shown={{ fit, current }}
              className={styles.fit}
              before={<FitBar fit={fit} current={current} />}
            />
          </div>
        );
      })}
    </fieldset>
  );
}
