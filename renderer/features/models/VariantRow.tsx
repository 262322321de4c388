// One variant of a model: its quantization, its size, whether it fits, and the button that fetches it.
import { useRef } from "react";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { formatBytes } from "../../app/quantities";
import { DownloadButton } from "./DownloadButton";
import { FitBar } from "./FitBar";
import { hubSource, useFit } from "./fits";
import { FitVerdict } from "./FitVerdict";
import { FullPrecisionActions } from "./FullPrecisionActions";
import { useOnScreen } from "./useOnScreen";
import { isUnquantized } from "./variantChoice";
import styles from "./VariantRow.module.css";

interface VariantRowProps {
  readonly model: HubModel;
  readonly variant: HubVariant;
  readonly best: boolean;
  /** Also while it is not on screen. */
  readonly judged: boolean;
}

export function VariantRow({ model, variant, best, judged }: VariantRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const onScreen = useOnScreen(row);
  const source = hubSource(model, variant);
  const shown = useFit(source, onScreen || judged);
  return (
    <li ref={row} className={styles.row} data-best={best || undefined}>
      <span className={styles.name} title={variant.files.map(({ path }) => path).join("\n")}>
        {variant.quantization ?? fileName(variant.id)}
      </span>
      <span className={styles.size}>
        {formatBytes(variant.sizeBytes)}
        {variant.files.length > 1 && <small> in {variant.files.length} files</small>}
      </span>
      {source === null ? (
        <span className={styles.fit} />
      ) : (
        <FitVerdict shown={shown} className={styles.fit} before={<FitBar fit={shown.fit} current={shown.current} />} />
      )}
      <span className={styles.action}>
        {source !== null && isUnquantized(variant) ? (
          <FullPrecisionActions model={model} variant={variant} best={best} />
        ) : (
          <DownloadButton model={model} variant={variant} best={best} />
        )}
      </span>
    </li>
  );
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
