// What making a delta kept and left out, and what it will take, in words and numbers. Renderer.
import type { MakingFacts } from "../../../electron/contract/deltaDetails";
import {
  carriedWeights,
  madeBytes,
  type MadeDelta,
  type MakeDeltaPreview,
  makingKey,
} from "../../../electron/contract/makeDelta";
import { formatBytes } from "../../../electron/words/quantities";
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

/** 0.0042 → "0.4 %"; what is there is never 0. */
export function sharePercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "under 0.1 %";
  return `${percent < 10 ? percent.toFixed(1) : Math.floor(percent)} %`;
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
  return `Making it takes about ${formatDuration(Math.max(1, Math.round(sourceBytes / bytesPerSecond)) * 1000)}, by the last one made here.`;
}

export function predictedSizeText({ fileBytes, bitsPerWeight }: PredictedSize): string {
  return `about ${formatBytes(fileBytes)}, ${bitsPerWeight.toFixed(2)} bits per weight`;
}
