// The figures of every measured variant against the source: size, perplexity, KL divergence, same top token, speed.
import type { ModelId } from "../../../electron/contract/ids";
import { t } from "../../../electron/words/language";
import { richText } from "../../ui/richText";
import type { MeasuredVariant, QualityResults } from "../../../electron/contract/quantize";
import { formatBytes, formatDecimal, formatWhen } from "../../../electron/words/quantities";
import { type ReactNode, useState } from "react";
import {
  changeFrom,
  formatKl,
  formatKlError,
  formatPerplexity,
  formatShare,
  ratioTo,
} from "../../../electron/words/qualityNumbers";
import { variantKey } from "./measured";
import { stepsTaken } from "../../../electron/words/stepWords";
import styles from "./QualityTable.module.css";

interface QualityTableProps {
  readonly variants: QualityResults["variants"];
  readonly modelId: ModelId;
  /** The row of the point that is pointed at. */
  readonly pointed: string | null;
}

export function QualityTable({ variants, modelId, pointed }: QualityTableProps) {
  const source = variants.find(({ isSource }) => isSource) ?? null;
  return (
    // Focusable, so that the keyboard can scroll it where the window is narrow.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroller} tabIndex={0} aria-label={t("Figures")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("Variant")}</th>
            <th scope="col">{t("Size")}</th>
            <th scope="col">{t("Perplexity")}</th>
            <th scope="col">{richText("Mean KL<unit>nats</unit>", withUnit)}</th>
            <th scope="col">{richText("99th percentile<unit>of KL, nats</unit>", withUnit)}</th>
            <th scope="col">{t("Same top token")}</th>
            <th scope="col">{richText("Reads<unit>tokens/s</unit>", withUnit)}</th>
            <th scope="col">{richText("Writes<unit>tokens/s</unit>", withUnit)}</th>
          </tr>
        </thead>
        <tbody>
          {variants.map((variant) => (
            <VariantFigures
              key={variantKey(variant)}
              variant={variant}
              source={variant === source ? null : source}
              own={variant.modelId === modelId}
              pointed={variantKey(variant) === pointed}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const withUnit = { unit: (text: ReactNode) => <small>{text}</small> };

interface VariantFiguresProps {
  readonly variant: MeasuredVariant;
  /** null for the source itself. */
  readonly source: MeasuredVariant | null;
  readonly own: boolean;
  readonly pointed: boolean;
}

function VariantFigures({ variant, source, own, pointed }: VariantFiguresProps) {
  const { name, type, steps, isSource, modelId, quality, positions, measuredAtMs } = variant;
  const [nowMs] = useState(() => Date.now());
  const from = source?.quality ?? null;
  const notes = [
    isSource ? t("source") : steps === null ? null : stepsTaken(steps),
    modelId === null ? t("not installed") : null,
    // Figures over different amounts of text are not the same figures.
    source !== null && positions !== source.positions
      ? t("{count, plural, one {over # token} other {over # tokens}}", { count: positions })
      : null,
    t("measured {when}", { when: formatWhen(measuredAtMs, nowMs) }),
  ].filter((note) => note !== null);
  return (
    <tr data-own={own || undefined} data-pointed={pointed || undefined}>
      <th scope="row" title={`${name}\n${quality.fileName}`}>
        {type ?? name}
        <small>{notes.join(" · ")}</small>
      </th>
      <Figure value={formatBytes(quality.fileBytes)} change={changeFrom(from?.fileBytes ?? null, quality.fileBytes)} />
      <Figure
        value={formatPerplexity(quality.perplexity)}
        change={
          changeFrom(from?.perplexity ?? null, quality.perplexity) ?? `± ${formatPerplexity(quality.perplexityError)}`
        }
      />
      <Figure
        value={isSource ? "–" : formatKl(quality.klMean)}
        change={isSource ? null : formatKlError(quality.klMeanError)}
      />
      <Figure value={isSource ? "–" : formatKl(quality.klPercentile99)} change={null} />
      <Figure value={isSource ? "–" : formatShare(quality.sameTopToken)} change={null} />
      <Speed
        perSecond={quality.speed?.prefillTokensPerSecond ?? null}
        source={from?.speed?.prefillTokensPerSecond ?? null}
      />
      <Speed
        perSecond={quality.speed?.decodeTokensPerSecond ?? null}
        source={from?.speed?.decodeTokensPerSecond ?? null}
      />
    </tr>
  );
}

function Speed({ perSecond, source }: { readonly perSecond: number | null; readonly source: number | null }) {
  if (perSecond === null) return <Figure value="–" change={null} />;
  return <Figure value={formatDecimal(perSecond, perSecond < 99.95 ? 1 : 0)} change={ratioTo(source, perSecond)} />;
}

function Figure({ value, change }: { readonly value: string; readonly change: string | null }) {
  return (
    <td>
      {value}
      {change !== null && <small>{change}</small>}
    </td>
  );
}
