// One model of the hub on its own: its facts, its variants, what goes with it, and its card.
import { ArrowLeft, ExternalLink } from "lucide-react";
import { t } from "../../../electron/words/language";
import { useState } from "react";
import type { HubModel, RepositoryName } from "../../../electron/contract/hub";
import { useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { Markdown } from "../chat/markdown/Markdown";
import { cardText } from "./cardText";
import { closeModel } from "./discover";
import { summaryFacts, summaryLine } from "../../../electron/words/hubFacts";
import { retryHubModels, useHubModel } from "./hubModels";
import { FailureMessage } from "./Message";
import styles from "./ModelPage.module.css";
import { modelTitle } from "../../../electron/words/modelTitle";
import { Tags } from "./Tags";
import { useVariants, Variants } from "./Variants";

export function ModelPage({ repository }: { readonly repository: RepositoryName }) {
  const model = useHubModel(repository, true);
  return (
    <article className={styles.page} aria-label={modelTitle(repository)}>
      <header className={styles.header}>
        <Button look="quiet" className={styles.back} onClick={closeModel}>
          <ArrowLeft size={14} />
          {t("All models")}
        </Button>
        <Button
          look="quiet"
          onClick={() => void callOrNotify("app.openLink", { url: `https://huggingface.co/${repository}` })}
        >
          <ExternalLink size={14} />
          {t("Open on Hugging Face")}
        </Button>
      </header>
      {model.kind === "failed" && <FailureMessage failure={model.failure} onRetry={retryHubModels} />}
      {model.kind === "loading" && <p className={styles.waiting}>{t("Looking up {repository}", { repository })}</p>}
      {model.kind === "loaded" && <Loaded model={model.value} />}
    </article>
  );
}

function Loaded({ model }: { readonly model: HubModel }) {
  const [nowMs] = useState(() => Date.now());
  const { choice } = useVariants(model, { all: false, preferred: null });
  const { summary, baseModel, licenceName } = model;
  const licence = summary.licence === "other" && licenceName !== null ? licenceName : summary.licence;
  return (
    <>
      <section className={styles.card}>
        <div className={styles.title}>
          <h2>{modelTitle(summary.repository)}</h2>
          <Tags licence={licence} gate={summary.gate} facts={summaryFacts(summary)} />
          {choice.kind !== "undecided" && <span className={styles.why}>{choice.why}</span>}
        </div>
        <p className={styles.facts}>
          {summaryLine(summary, nowMs)}
          {baseModel !== null && ` · ${t("made from {model}", { model: baseModel })}`}
        </p>
        <Variants model={model} />
      </section>
      <Card model={model} />
    </>
  );
}

/** What the author says of the model. */
function Card({ model }: { readonly model: HubModel }) {
  const { answer: readme } = useAnswer("hub.readme", {
    repository: model.summary.repository,
    revision: model.revision,
  });
  const text = readme.kind === "loaded" ? cardText(readme.value) : "";
  return (
    <section className={styles.readme} aria-label={t("Model card")}>
      <h2>{t("Model card")}</h2>
      {readme.kind === "loading" && <p className={styles.waiting}>{t("Reading the card")}</p>}
      {readme.kind === "failed" && <p className={styles.waiting}>{failureText(readme.failure).happened}</p>}
      {readme.kind === "loaded" &&
        (text === "" ? (
          <p className={styles.waiting}>{t("The author hasn’t written one.")}</p>
        ) : (
          <Markdown text={text} growing={false} />
        ))}
    </section>
  );
}
