// Verdicts: asked for what is on screen, two at a time, kept for each context size and KV cache type. Renderer.
import { useEffect } from "react";
import { createStore, useStore } from "zustand";
import type { FileKind } from "../../../electron/contract/fileKind";
import type { Fit, FitMachine, FitQuestion, FitSource } from "../../../electron/contract/fit";
import type { HubModel, HubVariant, RepositoryName } from "../../../electron/contract/hub";
import { call } from "../../app/bridge";
import { AskQueue } from "./AskQueue";
import { onHubWaitOver } from "./hubWait";
import { hubSource } from "../../../electron/words/hubRequests";
import { type Judging, judgingStore, useJudging } from "./judgingStore";
import type { KindOf } from "../../../electron/words/variantChoice";

/** Main judges one at a time; the second waits there already. */
const JUDGED_AT_ONCE = 2;
/** While the slider is being moved, nothing is asked. */
const SETTLE_MS = 120;

interface FitState {
  readonly machine: FitMachine | null;
  /** By question. */
  readonly fits: Readonly<Record<string, Fit>>;
  /** By source: the newest verdict, for whatever it was given. Shown until there is one for what is asked now. */
  readonly latest: Readonly<Record<string, Fit>>;
  /** By source: what its header says that it is. Stays, whatever is asked. */
  readonly kinds: Readonly<Record<string, FileKind>>;
}

const fitStore = createStore<FitState>()(() => ({ machine: null, fits: {}, latest: {}, kinds: {} }));
const queue = new AskQueue(JUDGED_AT_ONCE);

export interface ShownFit {
  readonly fit: Fit | null;
  /** Given for the context size and KV cache type that are set now. */
  readonly current: boolean;
}

/** The verdict on a source; asks for it as long as `wanted`. */
export function useFit(source: FitSource | null, wanted: boolean): ShownFit {
  const judging = useJudging((state) => state);
  const sourceName = source === null ? null : sourceKey(source);
  const question = source === null ? null : { source, ...judging };
  const key = question === null ? null : questionKey(question);
  const known = useStore(fitStore, ({ fits }) => (key === null ? undefined : fits[key]));
  const latest = useStore(fitStore, ({ latest: all }) => (sourceName === null ? undefined : all[sourceName]));

  const missing = wanted && known === undefined;
  useEffect(() => {
    if (!missing || question === null || key === null) return;
    let takeBack: (() => void) | null = null;
    const timer = setTimeout(() => {
      takeBack = queue.want(
        key,
        () => judge(question, key),
        () => void call("fit.cancel", question),
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      takeBack?.();
    };
    // The key stands for the question.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [missing, key]);

  return { fit: known ?? latest ?? null, current: known !== undefined };
}

async function judge(question: FitQuestion, key: string): Promise<void> {
  const outcome = await call("fit.judge", question);
  // A failure here is the door's (main is ending, say); what cannot be known comes as a verdict.
  if (!outcome.ok) return;
  const fit = outcome.value;
  const name = sourceKey(question.source);
  fitStore.setState(({ fits, latest, kinds }) => ({
    machine: fit.machine,
    fits: { ...fits, [key]: fit },
    latest: { ...latest, [name]: fit },
    kinds: fit.fileKind === null ? kinds : { ...kinds, [name]: fit.fileKind },
  }));
}

/** What is known of these variants for what is set now. */
export function useKnownFits(
  model: HubModel | null,
  variants: readonly HubVariant[],
): (variant: HubVariant) => Fit | null {
  const judging = useJudging((state) => state);
  const fits = useStore(fitStore, (state) => state.fits);
  return (variant) => {
    const source = model === null ? null : hubSource(model, variant);
    return source === null || !variants.includes(variant) ? null : (fits[questionKey({ source, ...judging })] ?? null);
  };
}

/** What is known of what a repository's variants are. */
export function useKnownKinds(model: HubModel): KindOf {
  const kinds = useStore(fitStore, (state) => state.kinds);
  return (variant) => {
    const source = hubSource(model, variant);
    return source === null ? null : (kinds[sourceKey(source)] ?? null);
  };
}

/** All that was judged of a repository is too large: on a closed card that is the variant which fits most likely. */
export function useIsTooLarge(repository: RepositoryName): boolean {
  return useStore(fitStore, ({ latest }) => {
    const judged = Object.entries(latest).filter(([name]) => name.startsWith(`${repository} `));
    return judged.length > 0 && judged.every(([, { runs }]) => runs === "too-large");
  });
}

export function useMachine(): FitMachine | null {
  return useStore(fitStore, (state) => state.machine);
}

/** Free memory changes, and what failed may work now: all is asked again, while the old verdicts stay on screen. */
export async function refreshFits(): Promise<void> {
  fitStore.setState({ fits: {} });
  const machine = await call("fit.machine", undefined);
  if (machine.ok) fitStore.setState({ machine: machine.value });
}

onHubWaitOver(() =>
  fitStore.setState(({ fits }) => ({
    fits: Object.fromEntries(Object.entries(fits).filter(([, { failureCode }]) => failureCode !== "hub-rate-limited")),
  })),
);

/** With the repository: one may refuse what another gives, though it is the same file. */
function sourceKey(source: FitSource): string {
  return source.kind === "installed" ? source.modelId : `${source.repository} ${source.files[0]?.sha256}`;
}

function questionKey({ source, contextSizeTokens, kvCacheType }: { source: FitSource } & Judging): string {
  return `${sourceKey(source)} ${contextSizeTokens} ${kvCacheType}`;
}

export function setJudging(change: Partial<Judging>): void {
  judgingStore.setState(change);
}
