// One variant of a model: its quantization and what that trades, its size, whether it fits, and the button that fetches it.
import { useRef } from "react";
import { richText } from "../../ui/richText";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { formatBytes } from "../../../electron/words/quantities";
import { DownloadButton } from "./DownloadButton";
import { FitBar } from "./FitBar";
import { useFit } from "./fits";
import { FitVerdict } from "./FitVerdict";
import { FullPrecisionActions } from "./FullPrecisionActions";
import { hubSource } from "../../../electron/words/hubRequests";
import { useOnScreen } from "./useOnScreen";
import { typeWord } from "../../../electron/words/typeWords";
import { isUnquantized } from "../../../electron/words/variantChoice";
import { obstacleWords } from "../../../electron/words/variantWords";
import styles from "./VariantRow.module.css";

interface VariantRowProps {
  readonly model: HubModel;
  readonly variant: HubVariant;
  /** Unlike any other row's. */
  readonly name: string;
  readonly best: boolean;
  /** Also while it is not on screen. */
  readonly judged: boolean;
}

export function VariantRow({ model, variant, name, best, judged }: VariantRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const onScreen = useOnScreen(row);
  const source = hubSource(model, variant);
  const shown = useFit(source, onScreen || judged);
  // Until its header is read, or proved unreadable, nobody knows that it is a model at all.
  const word = variant.quantization === null ? null : typeWord(variant.quantization);
  const actions = { model, variant, name, best, isRead: shown.fit !== null };
  return (
    <li ref={row} className={styles.row} data-best={best || undefined}>
      <bdi className={styles.name} title={variant.files.map(({ path }) => path).join("\n")}>
        {name}
        {word !== null && <small>{word}</small>}
      </bdi>
      <span className={styles.size}>
        {variant.files.length < 2
          ? formatBytes(variant.sizeBytes)
          : richText(
              "{size} <small>in {count, plural, one {# file} other {# files}}</small>",
              { small: (text) => <small>{text}</small> },
              { size: formatBytes(variant.sizeBytes), count: variant.files.length },
            )}
      </span>
      {variant.obstacle !== null ? (
        <span className={styles.obstacle}>{obstacleWords(variant.obstacle)}</span>
      ) : (
        <FitVerdict shown={shown} className={styles.fit} before={<FitBar fit={shown.fit} current={shown.current} />} />
      )}
      <span className={styles.action}>
        {source !== null &&
          (isUnquantized(variant) ? <FullPrecisionActions {...actions} /> : <DownloadButton {...actions} />)}
      </span>
    </li>
  );
}
