// What a model's file says of it: its format and why that one is used, what it can do, its special tokens, its chat template.
import { CircleAlert } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { ModelDetails } from "../../../electron/contract/model";
import type { ModelFormat } from "../../../electron/contract/modelFormat";
import { useAnswer } from "../../app/answers";
import { useApp } from "../../app/appStore";
import { withFileName } from "../../../electron/words/failureText";
import { TextDetails } from "../../ui/TextDetails";
import { formatSourceWords, templateProblemWords } from "../model/formatWords";
import { loadedModel } from "../model/loadedModel";
import { BackButton } from "../models/BackButton";
import { useInstalled } from "../models/installed";
import { InstalledFacts } from "../models/InstalledFacts";
import { LoadButton } from "../models/LoadButton";
import { FailureMessage } from "../models/Message";
import { Abilities } from "./Abilities";
import styles from "./AboutModelPage.module.css";
import { licenceWords } from "../../../electron/words/modelFormatWords";
import { ChatTemplate } from "./ChatTemplate";
import { SamplePrompts } from "./SamplePrompts";
import { SpecialTokens } from "./SpecialTokens";
import { t } from "../../../electron/words/language";

export function AboutModelPage({ modelId }: { readonly modelId: ModelId }) {
  // Main remembers it by the file's content, so that asking again reads nothing.
  const { answer: format, askAgain } = useAnswer("models.format", { modelId });
  const model = useApp(({ models }) => models.find(({ id }) => id === modelId));
  const isLoaded = useApp(({ engine }) => loadedModel(engine)?.modelId === modelId);
  const { answer: installed } = useInstalled();
  const details =
    installed.kind === "loaded" ? installed.value.models.find((one) => one.model.id === modelId) : undefined;
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone.
  useEffect(() => heading.current?.focus(), []);
  const title = model?.name ?? t("Model");
  return (
    <article className={styles.page} aria-label={t("About {name}", { name: title })}>
      <BackButton />
      <section className={styles.card}>
        <header className={styles.header}>
          <div className={styles.title}>
            <h2 ref={heading} tabIndex={-1}>
              {title}
            </h2>
            {isLoaded && <span className={styles.badge}>{t("Loaded")}</span>}
            {details !== undefined && <InstalledFacts details={details} withLicence={false} />}
          </div>
          {model !== undefined && <LoadButton model={model} />}
        </header>
        {format.kind === "loaded" && <Facts format={format.value} details={details} />}
        {format.kind === "loading" && <p className={styles.quiet}>{t("Reading the file…")}</p>}
      </section>
      {format.kind === "failed" && (
        <FailureMessage failure={withFileName(format.failure, model?.fileName)} onRetry={askAgain} />
      )}
      {format.kind === "loaded" && (
        <>
          <div className={styles.pair}>
            <Part title={t("What it can do, according to its file")}>
              <Abilities format={format.value} />
            </Part>
            <Part title={t("Special tokens")}>
              <SpecialTokens tokens={format.value.specialTokens} />
            </Part>
          </div>
          <Part title={t("Try it")}>
            <SamplePrompts samples={format.value.samples} />
          </Part>
          <Part title={t("Chat template")}>
            <ChatTemplate format={format.value} />
          </Part>
        </>
      )}
    </article>
  );
}

interface FactsProps {
  readonly format: ModelFormat;
  /** Not known while the list is being read. */
  readonly details: ModelDetails | undefined;
}

function Facts({ format, details }: FactsProps) {
  const { problem, problemDetail, licence } = format;
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{t("Chat format")}</dt>
        <dd>{formatSourceWords(format)}</dd>
        {problem !== null && (
          <dd className={styles.problem}>
            <p>
              <CircleAlert size={14} aria-hidden />
              {templateProblemWords(problem)}
            </p>
            {/* Of a template that is not there nobody has more to say. */}
            {problem !== "missing" && problemDetail !== null && <TextDetails text={problemDetail} />}
          </dd>
        )}
      </div>
      <div>
        <dt>{t("Licence")}</dt>
        <dd>{licenceWords(licence, details?.licence ?? null)}</dd>
      </div>
      {details !== undefined && (
        <div>
          <dt>{t("File")}</dt>
          <dd>{details.model.fileName}</dd>
        </div>
      )}
    </dl>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.card} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
