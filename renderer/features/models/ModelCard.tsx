// A model at the hub as a card: closed, how the variant that is likely best runs here, and its download; open, all usual variants.
import { type ReactNode, useId, useRef, useState } from "react";
import { t } from "../../../electron/words/language";
import type { Fit } from "../../../electron/contract/fit";
import type { HubModel, HubVariant, RepositoryName } from "../../../electron/contract/hub";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { openModel, useDiscover } from "./discover";
import { DownloadButton } from "./DownloadButton";
import { useFit, useIsTooLarge } from "./fits";
import { fitSentence, fitWords } from "../../../electron/words/fitWords";
import { runsTone, runsWords, type RunsHere } from "../../../electron/words/speedWords";
import { FitVerdict } from "./FitVerdict";
import { FullPrecisionActions } from "./FullPrecisionActions";
import { isForAllModels, retryHubModels, useHubModel } from "./hubModels";
import { hubSource } from "../../../electron/words/hubRequests";
import { isUnquantized } from "../../../electron/words/variantChoice";
import { variantName } from "../../../electron/words/variantWords";
import styles from "./ModelCard.module.css";
import { useOnScreen } from "./useOnScreen";
import { useVariants, Variants } from "./Variants";

/** What is expected of a model before anything of it is asked for. */
export interface Expected extends RunsHere {
  readonly quantization: string;
}

interface ModelCardProps {
  readonly repository: RepositoryName;
  readonly title: string;
  readonly tags: ReactNode;
  readonly description: string | null;
  /** null: nothing is. */
  readonly expected: Expected | null;
}

export function ModelCard({ repository, title, tags, description, expected }: ModelCardProps) {
  const card = useRef<HTMLElement>(null);
  const onScreen = useOnScreen(card);
  const model = useHubModel(repository, onScreen);
  const [open, setOpen] = useState(false);
  const headingId = useId();
  // Those of which something is expected stand on a shelf that has a heading itself.
  const Heading = expected === null ? "h2" : "h3";
  const fitsOnly = useDiscover((state) => state.fitsOnly);
  const isTooLarge = useIsTooLarge(repository);
  if (fitsOnly && isTooLarge) return null;
  return (
    <article ref={card} className={styles.card} aria-labelledby={headingId}>
      <header className={styles.header}>
        <div className={styles.name}>
          <Heading id={headingId} className={styles.title}>
            <button type="button" onClick={() => openModel(repository)}>
              {title}
            </button>
          </Heading>
          {tags}
        </div>
        {description !== null && <p className={styles.description}>{description}</p>}
        <div className={styles.judgement}>
          {model.kind === "loading" && (
            <ExpectedWords expected={expected} otherwise={onScreen ? t("Looking it up") : ""} />
          )}
          {model.kind === "failed" &&
            // Said once, above all cards.
            (isForAllModels(model.failure) ? (
              <ExpectedWords
                expected={expected}
                otherwise={model.failure.code === "hub-offline" ? t("Not known while offline") : t("Not looked up")}
              />
            ) : model.failure.code === "hub-rate-limited" ? (
              <ExpectedWords expected={expected} otherwise={t("Looked up as soon as Hugging Face allows it")} />
            ) : (
              <>
                <span className={styles.problem}>{failureText(model.failure).happened}</span>
                <Button onClick={retryHubModels}>{t("Try again")}</Button>
              </>
            ))}
          {model.kind === "loaded" && (
            <Judgement
              model={model.value}
              expected={expected}
              open={open}
              onScreen={onScreen}
              onToggle={() => setOpen(!open)}
            />
          )}
        </div>
      </header>
      {open && model.kind === "loaded" && <Variants model={model.value} preferred={expected?.quantization ?? null} />}
    </article>
  );
}

function ExpectedWords({ expected, otherwise }: { readonly expected: Expected | null; readonly otherwise: string }) {
  const words = expected === null ? null : runsWords(expected);
  if (words === null) return <span className={styles.quiet}>{otherwise}</span>;
  const tone = expected?.runs ? runsTone(expected.runs) : undefined;
  return <FitVerdict shown={{ fit: null, current: true }} words={words} tone={tone} />;
}

interface JudgementProps {
  readonly model: HubModel;
  readonly expected: Expected | null;
  readonly open: boolean;
  readonly onScreen: boolean;
  readonly onToggle: () => void;
}

function Judgement({ model, expected, open, onScreen, onToggle }: JudgementProps) {
  const { variants, likely, choice } = useVariants(model, { all: false, preferred: expected?.quantization ?? null });
  const shown = choice.kind === "best" ? choice.variant : likely;
  const sayWhy = open || shown === null;
  return (
    <>
      {sayWhy ? (
        choice.kind !== "undecided" && <span className={styles.quiet}>{choice.why}</span>
      ) : (
        <VariantOnCard
          model={model}
          variant={shown}
          name={variantName(shown, variants)}
          expected={expected}
          wanted={onScreen}
        />
      )}
      {model.variants.length > 0 && (
        <Button look="quiet" aria-expanded={open} onClick={onToggle}>
          {open ? t("Hide variants") : toggleWords(variants.length)}
        </Button>
      )}
    </>
  );
}

function toggleWords(variants: number): string {
  if (variants === 0) return t("Show the files");
  return t("{count, plural, one {Show the variant} other {Show # variants}}", { count: variants });
}

interface VariantOnCardProps {
  readonly model: HubModel;
  readonly variant: HubVariant;
  readonly name: string;
  readonly expected: Expected | null;
  readonly wanted: boolean;
}

function VariantOnCard({ model, variant, name, expected, wanted }: VariantOnCardProps) {
  const source = hubSource(model, variant);
  const shown = useFit(source, wanted);
  const { fit } = shown;
  const actions = { model, variant, name, best: fit?.runs === "well", isRead: fit !== null };
  const canRun = fit === null || (fit.verdict !== "unknown" && fit.runs !== "too-large");
  return (
    <>
      <FitVerdict shown={shown} {...cardVerdict(fit, `${name}, ${formatBytes(variant.sizeBytes)}`, name, expected)} />
      {source !== null && canRun && (
        <span className={styles.action}>
          {isUnquantized(variant) ? <FullPrecisionActions {...actions} /> : <DownloadButton {...actions} />}
        </span>
      )}
    </>
  );
}

/** What is said of the one variant that stands for all: how it runs, as far as that is known. */
function cardVerdict(fit: Fit | null, file: string, name: string, expected: Expected | null) {
  const spoken = fit ?? expected;
  const words = spoken === null ? null : runsWords(spoken);
  if (spoken === null || spoken.runs === null || words === null)
    return fit === null ? {} : { words: fitSentence(name, fit) };
  const note = fit?.runs === "too-large" ? fitWords(fit) : file;
  return { words, tone: runsTone(spoken.runs), note };
}
