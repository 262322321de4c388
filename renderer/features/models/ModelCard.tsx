// A model at the hub as a card: closed, the one variant that is likely best; open, all usual variants.
import { type ReactNode, useId, useRef, useState } from "react";
import { t } from "../../../electron/words/language";
import type { HubModel, HubVariant, RepositoryName } from "../../../electron/contract/hub";
import { failureText } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { openModel } from "./discover";
import { useFit } from "./fits";
import { fitSentence } from "../../../electron/words/fitWords";
import { FitVerdict } from "./FitVerdict";
import { isForAllModels, retryHubModels, useHubModel } from "./hubModels";
import { hubSource } from "../../../electron/words/hubRequests";
import styles from "./ModelCard.module.css";
import { useOnScreen } from "./useOnScreen";
import { useVariants, Variants } from "./Variants";

interface ModelCardProps {
  readonly repository: RepositoryName;
  readonly title: string;
  readonly tags: ReactNode;
  readonly description: string | null;
  /** The machine's best choice: open from the start, and pointed out. */
  readonly first: boolean;
}

export function ModelCard({ repository, title, tags, description, first }: ModelCardProps) {
  const card = useRef<HTMLElement>(null);
  const onScreen = useOnScreen(card);
  const model = useHubModel(repository, onScreen);
  const [chosenOpen, setOpen] = useState<boolean | null>(null);
  const open = chosenOpen ?? first;
  const headingId = useId();
  return (
    <article ref={card} className={styles.card} data-first={first || undefined} aria-labelledby={headingId}>
      <header className={styles.header}>
        <div className={styles.name}>
          <h2 id={headingId} className={styles.title}>
            <button type="button" onClick={() => openModel(repository)}>
              {title}
            </button>
          </h2>
          {tags}
        </div>
        {description !== null && <p className={styles.description}>{description}</p>}
        <div className={styles.judgement}>
          {model.kind === "loading" && <span className={styles.quiet}>{onScreen ? t("Looking it up") : ""}</span>}
          {model.kind === "failed" &&
            // Said once, above all cards.
            (isForAllModels(model.failure) ? (
              <span className={styles.quiet}>
                {model.failure.code === "hub-offline" ? t("Not known while offline") : t("Not looked up")}
              </span>
            ) : model.failure.code === "hub-rate-limited" ? (
              <span className={styles.quiet}>{t("Looked up as soon as Hugging Face allows it")}</span>
            ) : (
              <>
                <span className={styles.problem}>{failureText(model.failure).happened}</span>
                <Button onClick={retryHubModels}>{t("Try again")}</Button>
              </>
            ))}
          {model.kind === "loaded" && (
            <Judgement model={model.value} open={open} onScreen={onScreen} onToggle={() => setOpen(!open)} />
          )}
        </div>
      </header>
      {open && model.kind === "loaded" && <Variants model={model.value} />}
    </article>
  );
}

interface JudgementProps {
  readonly model: HubModel;
  readonly open: boolean;
  readonly onScreen: boolean;
  readonly onToggle: () => void;
}

function Judgement({ model, open, onScreen, onToggle }: JudgementProps) {
  const { variants, likely, choice } = useVariants(model, false);
  const shown = choice.kind === "best" ? choice.variant : likely;
  const sayWhy = open || shown === null;
  return (
    <>
      {sayWhy ? (
        choice.kind !== "undecided" && <span className={styles.quiet}>{choice.why}</span>
      ) : (
        <VariantVerdict model={model} variant={shown} wanted={onScreen} />
      )}
      {model.variants.length > 0 && (
        <Button aria-expanded={open} onClick={onToggle}>
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

function VariantVerdict({
  model,
  variant,
  wanted,
}: {
  readonly model: HubModel;
  readonly variant: HubVariant;
  readonly wanted: boolean;
}) {
  const shown = useFit(hubSource(model, variant), wanted);
  const { quantization } = variant;
  const words = shown.fit === null || quantization === null ? {} : { words: fitSentence(quantization, shown.fit) };
  return <FitVerdict shown={shown} {...words} />;
}
