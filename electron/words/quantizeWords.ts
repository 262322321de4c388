// Why a type is proposed, and what the new file costs, in sentences.
import type { ProposalReason } from "../contract/quantize";
import type { QuantizationType } from "../contract/quantizeRecipe";
import { formatBytes } from "./quantities";

export function proposalSentence(type: QuantizationType, reason: ProposalReason): string {
  switch (reason) {
    case "best-balance":
      return `${type} is proposed: it keeps nearly all of the quality at the smallest size that does, and it fits this computer.`;
    case "width-does-not-divide":
      return `${type} is proposed: this model’s tensors are too narrow for K-quants, which would become larger types here; this one is written as it is.`;
    case "largest-that-fits":
      return `${type} is proposed: it has the best quality among the types that fit this computer.`;
    case "none-fits":
      return `${type} is proposed: no type fits into the free memory now, and this one comes closest.`;
    case "fit-unknown":
      return `${type} is proposed. Whether it fits this computer could not be worked out.`;
  }
}

export interface DiskNeed {
  readonly neededBytes: number;
  readonly words: string;
  readonly enough: boolean;
}

/** The room that a job takes while it runs: the new file, and the download where there is one. */
export function diskNeed(newFileBytes: number, downloadBytes: number | null, freeBytes: number | null): DiskNeed {
  const neededBytes = newFileBytes + (downloadBytes ?? 0);
  const takes =
    downloadBytes === null
      ? `The new file takes ${formatBytes(newFileBytes)}`
      : `The download takes ${formatBytes(downloadBytes)} and the new file ${formatBytes(newFileBytes)}`;
  if (freeBytes === null) return { neededBytes, words: `${takes}.`, enough: true };
  const enough = neededBytes <= freeBytes;
  return {
    neededBytes,
    words: `${takes}; ${enough ? "" : "only "}${formatBytes(freeBytes)} are free on the disk.`,
    enough,
  };
}
