// Verdicts for a command: of one model, and of the variants of a repository with the one that is proposed.
import type { Fit, FitQuestion, KvCacheType } from "../../contract/fit";
import { freeBytes } from "../../contract/freeBytes";
import type { HubModel, HubVariant } from "../../contract/hub";
import { t } from "../../words/language";
import { hubSource } from "../../words/hubRequests";
import {
  bestVariant,
  likelyVariant,
  modelVariants,
  usualVariants,
  type Choice,
  type KindOf,
} from "../../words/variantChoice";
import { variantName } from "../../words/variantWords";
import type { CommandContext, Reader } from "./CommandContext";
import { valueOf } from "./useOutcome";

export interface Judging {
  readonly contextSizeTokens: number;
  readonly kvCacheType: KvCacheType;
}

/** Throws "request-cancelled" after Ctrl C. */
export async function judgeFit(question: FitQuestion, reader: Reader, signal: AbortSignal): Promise<Fit> {
  const cancel = () => void reader.call("fit.cancel", question);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return valueOf(await reader.call("fit.judge", question));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

export interface JudgedVariants {
  /** The models among the files, smallest first. */
  readonly variants: readonly HubVariant[];
  readonly fitOf: (variant: HubVariant) => Fit | null;
  readonly kindOf: KindOf;
  readonly choice: Choice;
}

/** As the window's model page does. `all`: each variant that is shown there, instead of as many as the choice needs. */
export async function judgeVariants(
  model: HubModel,
  judging: Judging,
  { all }: { all: boolean },
  reader: Reader,
  { output, signal }: CommandContext,
): Promise<JudgedVariants> {
  const machine = valueOf(await reader.call("fit.machine", undefined));
  const fits = new Map<string, Fit>();
  const fitOf = ({ id }: HubVariant) => fits.get(id) ?? null;
  const kindOf = (variant: HubVariant) => fitOf(variant)?.fileKind ?? null;
  const progress = output.progress(t("Checking what fits"));
  try {
    for (;;) {
      const variants = modelVariants(model.variants, kindOf);
      const usual = usualVariants(variants, likelyVariant(variants, freeBytes(machine)));
      const choice = bestVariant(usual, fitOf);
      const sources = usual.flatMap((variant) => {
        const source = fits.has(variant.id) ? null : hubSource(model, variant);
        return source === null ? [] : [{ variant, source }];
      });
      const next =
        choice.kind === "undecided"
          ? sources.find(({ variant }) => variant === choice.missing)
          : all
            ? sources[0]
            : undefined;
      if (next === undefined) return { variants, fitOf, kindOf, choice };
      const { variant, source } = next;
      progress.update(fits.size / (fits.size + sources.length), variantName(variant, variants));
      fits.set(variant.id, await judgeFit({ source, ...judging }, reader, signal));
    }
  } finally {
    progress.end();
  }
}
