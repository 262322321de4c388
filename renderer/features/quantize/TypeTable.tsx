// The types in a table: size, bits per weight, whether it fits; one is chosen, and each says what it would really write.
import { ChevronDown } from "lucide-react";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import { Fragment, useId, useState } from "react";
import type { TypePreview } from "../../../electron/contract/jobs";
import type { QuantizePreview } from "../../../electron/contract/quantize";
import type { QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { formatBytes, formatCount, formatDecimal } from "../../../electron/words/quantities";
import { IconButton } from "../../ui/IconButton";
import { FitBar } from "../models/FitBar";
import { FitVerdict } from "../models/FitVerdict";
import { TypeDetails } from "./TypeDetails";
import styles from "./TypeTable.module.css";

interface TypeTableProps {
  readonly types: QuantizePreview["types"];
  readonly chosen: QuantizationType;
  readonly proposed: QuantizationType | null;
  /** False: sizes and verdicts are for other settings than those set now. */
  readonly current: boolean;
  readonly onChoose: (type: QuantizationType) => void;
}

export function TypeTable({ types, chosen, proposed, current, onChoose }: TypeTableProps) {
  const [open, setOpen] = useState<QuantizationType | null>(null);
  const name = useId();
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">{t("Types, best quality first")}</caption>
      <thead>
        <tr>
          <th scope="col" className={styles.head}>
            {t("Type")}
          </th>
          <th scope="col" className={`${styles.head} ${styles.number}`}>
            {t("Size")}
          </th>
          <th scope="col" className={`${styles.head} ${styles.number}`}>
            {richText("Bits<small>per weight</small>", { small: (text) => <small>{text}</small> })}
          </th>
          <th scope="col" className={styles.head}>
            {t("Fits this computer")}
          </th>
          <th scope="col" className={`${styles.head} ${styles.wide}`}>
            {t("Calibrated")}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t("What is really written")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {types.map(({ preview, fit }) => {
          const { type } = preview;
          const isOpen = open === type;
          return (
            <Fragment key={type}>
              <tr className={styles.row} data-chosen={type === chosen || undefined}>
                <th scope="row">
                  <label className={styles.type}>
                    <input type="radio" name={name} checked={type === chosen} onChange={() => onChoose(type)} />
                    {type}
                    {type === proposed && <span className={styles.tag}>{t("Recommended")}</span>}
                  </label>
                </th>
                <td className={styles.number}>{formatBytes(preview.fileBytes)}</td>
                <td className={styles.number}>{formatDecimal(preview.bitsPerWeight, 2)}</td>
                <td>
                  <FitVerdict
                    shown={{ fit, current }}
                    className={styles.fit}
                    before={<FitBar fit={fit} current={current} />}
                  />
                </td>
                <td className={styles.wide}>{preview.steps.includes("calibrate") ? t("yes") : t("no")}</td>
                <td className={styles.open}>
                  <div>
                    <Fallbacks preview={preview} />
                    <IconButton
                      name={t("What {type} really writes", { type })}
                      icon={<ChevronDown size={15} className={styles.chevron} />}
                      aria-expanded={isOpen}
                      onClick={() => setOpen(isOpen ? null : type)}
                    />
                  </div>
                </td>
              </tr>
              {isOpen && (
                <tr className={styles.details}>
                  <td colSpan={6}>
                    <TypeDetails preview={preview} />
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

/** So that nobody has to open a row to find out that it is not what its name says. */
function Fallbacks({ preview: { tensors } }: { readonly preview: TypePreview }) {
  const count = tensors.filter(({ widthDoesNotDivide }) => widthDoesNotDivide).length;
  if (count === 0) return null;
  return (
    <span className={styles.fallbacks}>
      {t("{count} of {total, plural, one {# tensor} other {# tensors}} differ", {
        count: formatCount(count),
        total: tensors.length,
      })}
    </span>
  );
}
