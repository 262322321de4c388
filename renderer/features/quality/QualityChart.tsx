// Size against KL divergence, one point for each variant that was measured: the best trades are on the line.
// The drawing is for the eye; each point is a button with the same facts, and the table below holds them all.
import { Tooltip as Radix } from "radix-ui";
import { t } from "../../../electron/words/language";
import { useLayoutEffect, useRef, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { MeasuredVariant } from "../../../electron/contract/quantize";
import { formatBytes, formatSignificant } from "../../../electron/words/quantities";
import { bestTrades, linearScale, logScale } from "./chartScales";
import { formatKl, formatPerplexity, formatShare } from "../../../electron/words/qualityNumbers";
import { variantKey, variantLabel, variantSentence } from "./measured";
import { placeLabels } from "./placeLabels";
import { stepsTaken } from "../../../electron/words/stepWords";
import styles from "./QualityChart.module.css";

const HEIGHT_PX = 320;
const LEFT_PX = 62;
const RIGHT_PX = 16;
const TOP_PX = 14;
const BOTTOM_PX = 42;
/** Inter at 12 px, on the wide side. */
const LABEL_CHARACTER_PX = 7;

interface QualityChartProps {
  readonly variants: readonly MeasuredVariant[];
  /** Whose page it is. */
  readonly modelId: ModelId;
  /** Points at a row of the table; null when nothing is pointed at. */
  readonly onPoint: (key: string | null) => void;
}

export function QualityChart({ variants, modelId, onPoint }: QualityChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    setWidth(Math.round(element.getBoundingClientRect().width));
    return () => observer.disconnect();
  }, []);
  return (
    // Sizes grow to the right in every language.
    <div ref={box} dir="ltr" className={styles.box} style={{ height: HEIGHT_PX }}>
      {widthPx > LEFT_PX + RIGHT_PX && (
        <Drawing variants={variants} modelId={modelId} onPoint={onPoint} widthPx={widthPx} />
      )}
    </div>
  );
}

function Drawing({ variants, modelId, onPoint, widthPx }: QualityChartProps & { readonly widthPx: number }) {
  const source = variants.find(({ isSource }) => isSource);
  const candidates = variants.filter(({ isSource }) => !isSource);
  const innerWidth = widthPx - LEFT_PX - RIGHT_PX;
  const innerHeight = HEIGHT_PX - TOP_PX - BOTTOM_PX;
  // Without the source, which is several times larger: the candidates are what is compared.
  const sizes = linearScale(candidates.map(({ quality }) => quality.fileBytes));
  const divergences = logScale(candidates.map(({ quality }) => quality.klMean));
  const x = (bytes: number) => LEFT_PX + sizes.place(bytes) * innerWidth;
  const y = (kl: number) => TOP_PX + (1 - divergences.place(kl)) * innerHeight;

  const best = bestTrades(
    candidates.map((variant) => ({ variant, sizeBytes: variant.quality.fileBytes, kl: variant.quality.klMean })),
  );
  const points = candidates.map((variant) => ({
    variant,
    label: variantLabel(variant, variants),
    x: x(variant.quality.fileBytes),
    y: y(variant.quality.klMean),
    best: best.some((one) => one.variant === variant),
    own: variant.modelId === modelId,
  }));
  const labels = placeLabels(
    points.map((point) => ({
      x: point.x - LEFT_PX,
      y: point.y - TOP_PX,
      width: point.label.length * LABEL_CHARACTER_PX,
    })),
    { width: innerWidth + RIGHT_PX, height: innerHeight },
  );
  return (
    <>
      <svg width={widthPx} height={HEIGHT_PX} className={styles.drawing} aria-hidden>
        {divergences.ticks.map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={LEFT_PX} x2={widthPx - RIGHT_PX} y1={y(tick)} y2={y(tick)} />
            <text className={styles.tick} x={LEFT_PX - 8} y={y(tick)} textAnchor="end" dominantBaseline="central">
              {formatTick(tick)}
            </text>
          </g>
        ))}
        <line
          className={styles.axis}
          x1={LEFT_PX}
          x2={widthPx - RIGHT_PX}
          y1={TOP_PX + innerHeight}
          y2={TOP_PX + innerHeight}
        />
        {sizes.ticks.map((tick) => (
          <text key={tick} className={styles.tick} x={x(tick)} y={TOP_PX + innerHeight + 15} textAnchor="middle">
            {formatBytes(tick)}
          </text>
        ))}
        <text className={styles.name} x={widthPx - RIGHT_PX} y={HEIGHT_PX - 5} textAnchor="end">
          {t("size")}
        </text>
        <text
          className={styles.name}
          transform={`translate(11 ${TOP_PX}) rotate(-90)`}
          textAnchor="end"
          dominantBaseline="central"
        >
          {t("mean KL divergence, nats")}
        </text>
        {source !== undefined && (
          <text
            className={styles.source}
            x={widthPx - RIGHT_PX}
            y={TOP_PX + 6}
            textAnchor="end"
            dominantBaseline="central"
          >
            {t("source: {facts}, KL 0", {
              facts: [...(source.type === null ? [] : [source.type]), formatBytes(source.quality.fileBytes)].join(", "),
            })}{" "}
            →
          </text>
        )}
        <polyline
          className={styles.best}
          points={best.map(({ sizeBytes, kl }) => `${x(sizeBytes)},${y(kl)}`).join(" ")}
        />
        {points.map((point, index) => {
          const label = labels[index];
          return (
            <g
              key={variantKey(point.variant)}
              className={styles.point}
              data-best={point.best || undefined}
              data-own={point.own || undefined}
            >
              {point.variant.steps?.includes("calibrate") === false ? (
                <path d={`M${point.x} ${point.y - 6}l6 6-6 6-6-6Z`} />
              ) : (
                <circle cx={point.x} cy={point.y} r={5} />
              )}
              {label !== undefined && (
                <text
                  className={styles.label}
                  x={label.x + LEFT_PX}
                  y={label.y + TOP_PX}
                  textAnchor={label.anchor}
                  dominantBaseline="central"
                >
                  {point.label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <fieldset className={styles.buttons} aria-label={t("Chart of size and quality")}>
        {points.map((point) => (
          <PointButton
            key={variantKey(point.variant)}
            variant={point.variant}
            all={variants}
            x={point.x}
            y={point.y}
            onPoint={onPoint}
          />
        ))}
      </fieldset>
    </>
  );
}

interface PointButtonProps {
  readonly variant: MeasuredVariant;
  readonly all: readonly MeasuredVariant[];
  readonly x: number;
  readonly y: number;
  readonly onPoint: (key: string | null) => void;
}

function PointButton({ variant, all, x, y, onPoint }: PointButtonProps) {
  const key = variantKey(variant);
  const { quality } = variant;
  const numbers: readonly (readonly [string, string])[] = [
    [t("Size"), formatBytes(quality.fileBytes)],
    [t("Perplexity"), formatPerplexity(quality.perplexity)],
    [t("Mean KL divergence"), t("{value} nats", { value: formatKl(quality.klMean) })],
    [t("Same top token"), formatShare(quality.sameTopToken)],
  ];
  return (
    <Radix.Root delayDuration={100} onOpenChange={(open) => onPoint(open ? key : null)}>
      <Radix.Trigger asChild>
        <button
          type="button"
          className={styles.button}
          aria-label={variantSentence(variant, all)}
          style={{ left: x, top: y }}
          onFocus={() => onPoint(key)}
          onBlur={() => onPoint(null)}
        />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles.card}
          side="top"
          sideOffset={4}
          collisionPadding={10}
          aria-label={variantLabel(variant, all)}
        >
          <b>{variantLabel(variant, all)}</b>
          {variant.steps !== null && <span> {stepsTaken(variant.steps)}</span>}
          <dl>
            {numbers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** 0.001, 0.02, 1: as written, without an exponent. */
function formatTick(kl: number): string {
  return formatSignificant(kl, 1);
}
