// What making a delta kept and left out, and what it will take, in words and numbers. Renderer.
import type { MakingFacts } from "../../../electron/contract/deltaDetails";
import { t } from "../../../electron/words/language";
import {
  carriedWeights,
  madeBytes,
  type MadeDelta,
  type MakeDeltaPreview,
  makingKey,
} from "../../../electron/contract/makeDelta";
import { formatBytes, formatDecimal, formatPercent } from "../../../electron/words/quantities";
import { formatDuration } from "../../../electron/words/jobWords";

export interface LeftOutGroup {
  /** The layer's number is a star. */
  readonly name: string;
  readonly count: number;
  readonly share: number;
}

/** The same tensor of all layers in one line; largest share first. */
export function leftOutGroups(leftOut: MakingFacts["leftOut"]): LeftOutGroup[] {
  const groups = new Map<string, LeftOutGroup>();
  for (const { name, share } of leftOut) {
    const star = name.replace(/^blk\.\d+\./u, "blk.*.");
    const known = groups.get(star);
    groups.set(star, { name: star, count: (known?.count ?? 0) + 1, share: (known?.share ?? 0) + share });
  }
  return [...groups.values()].sort((one, other) => other.share - one.share);
}

/** 0.0042 → "0.4%"; what is there is never 0. */
export function sharePercent(share: number): string {
  if (share > 0 && share < 0.001) return t("under {share}", { share: formatPercent(0.001, 1) });
  return formatPercent(share, share < 0.1 ? 1 : 0);
}

export interface PredictedSize {
  readonly fileBytes: number;
  readonly bitsPerWeight: number;
}

export function predictedSize({ matrices }: Pick<MakeDeltaPreview, "matrices">, result: MadeDelta): PredictedSize {
  const fileBytes = madeBytes(matrices, result);
  return { fileBytes, bitsPerWeight: (fileBytes * 8) / Math.max(1, carriedWeights(matrices)) };
}

/** "Making it takes about 12 s, by the last one made here."; null until one was. */
export function predictedTimeText(
  { speeds, sourceBytes }: Pick<MakeDeltaPreview, "speeds" | "sourceBytes">,
  result: MadeDelta,
): string | null {
  const bytesPerSecond = speeds[makingKey(result)];
  if (bytesPerSecond === undefined) return null;
  return t("Making it takes about {time}, as the last one on this computer did.", {
    time: formatDuration(Math.max(1, Math.round(sourceBytes / bytesPerSecond)) * 1000),
  });
}

export function predictedSizeText({ fileBytes, bitsPerWeight }: PredictedSize): string {
  return t("about {size}, {bits} bits per weight", {
    size: formatBytes(fileBytes),
    bits: formatDecimal(bitsPerWeight, 2),
  });
}
