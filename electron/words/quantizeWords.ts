// Why a type is proposed, and what the new file costs, in sentences.
import type { ProposalReason } from "../contract/quantize";
import type { QuantizationType } from "../contract/quantizeRecipe";
import { formatBytes } from "./quantities";
import { t } from "./language";
import { sentences } from "./sentences";

export function proposalSentence(type: QuantizationType, reason: ProposalReason): string {
  switch (reason) {
    case "best-balance":
      return t(
        "{type} is recommended: it keeps nearly all of the quality in the smallest file that does, and fits this computer.",
        { type },
      );
    case "width-does-not-divide":
      return t(
        "{type} is recommended: the layers of this model are too narrow for K-quants, which would become larger types here.",
        { type },
      );
    case "largest-that-fits":
      return t("{type} is recommended: it has the best quality among the types that fit this computer.", { type });
    case "none-fits":
      return t("{type} is recommended: no type fits in the free memory now, and this one comes closest.", { type });
    case "fit-unknown":
      return t("{type} is recommended. Facet couldn’t work out whether it fits this computer.", { type });
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
      ? t("The new file takes {file}.", { file: formatBytes(newFileBytes) })
      : t("The download takes {download}, and the new file {file}.", {
          download: formatBytes(downloadBytes),
          file: formatBytes(newFileBytes),
        });
  if (freeBytes === null) return { neededBytes, words: takes, enough: true };
  const enough = neededBytes <= freeBytes;
  const free = formatBytes(freeBytes);
  return {
    neededBytes,
    words: sentences(
      takes,
      enough ? t("{free} is free on the disk.", { free }) : t("Only {free} is free on the disk.", { free }),
    ),
    enough,
  };
}
