// Models that other apps have put on this computer: one click uses one where it is.
import { RefreshCw } from "lucide-react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { FoundModel, FoundModels, OtherApp } from "../../../electron/contract/importing";
import { useAnswer } from "../../app/answers";
import { failureText } from "../../../electron/words/failureText";
import { useApp } from "../../app/appStore";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { typeFacts } from "../../../electron/words/typeWords";
import { fileSize } from "./fileSize";
import { takeFoundModel } from "./importing";
import type { Loadable } from "./loadable";
import styles from "./OtherApps.module.css";
import { appTitle } from "../../../electron/words/otherAppTitle";

export function OtherApps() {
  // Looked for on each opening; what was found before stays on screen meanwhile.
  const {
    answer: found,
    isAsking,
    askAgain,
  } = useAnswer("import.otherApps", undefined, { kept: true, askOnOpening: true });
  const models = useApp((state) => state.models);
  const apps =
    found.kind !== "loaded"
      ? []
      : found.value.apps.map(({ app, models: all }) => ({
          app,
          models: all.filter(({ id, installed }) => !installed && !models.some((model) => model.id === id)),
        }));
  return (
    <section className={styles.section} aria-label={t("Found on this computer")}>
      <header className={styles.header}>
        <h2>{t("Found on this computer")}</h2>
        <IconButton name={t("Look again")} icon={<RefreshCw size={14} />} disabled={isAsking} onClick={askAgain} />
      </header>
      <Words found={found} shown={apps.reduce((sum, app) => sum + app.models.length, 0)} />
      {apps.map(({ app, models: unused }) => unused.length > 0 && <AppModels key={app} app={app} models={unused} />)}
    </section>
  );
}

function Words({ found, shown }: { readonly found: Loadable<FoundModels>; readonly shown: number }) {
  if (found.kind === "loading")
    return <p>{t("Looking where LM Studio, Ollama, Jan and Hugging Face store their models.")}</p>;
  if (found.kind === "failed") return <p>{failureText(found.failure).happened}</p>;
  if (shown === 0) {
    return (
      <p>
        {found.value.apps.length === 0
          ? t("No models of LM Studio, Ollama, Jan or the Hugging Face cache were found.")
          : t("All models of other apps on this computer are in your list.")}
      </p>
    );
  }
  return (
    <p>
      {sentences(
        t("They stay where they are: Facet reads them and never changes or deletes them."),
        found.value.isPartial ? t("There may be more; not all folders could be searched in time.") : null,
      )}
    </p>
  );
}

function AppModels({ app, models }: { readonly app: OtherApp; readonly models: readonly FoundModel[] }) {
  return (
    <div className={styles.app}>
      <h3>{appTitle(app)}</h3>
      <ul aria-label={t("Models of {app}", { app: appTitle(app) })}>
        {models.map((model) => (
          <li key={model.id} className={styles.model}>
            <span className={styles.words}>
              <b>{model.name}</b>
              <small>{[...typeFacts(model.quantization), fileSize(model)].join(" · ")}</small>
              {model.failure !== null && (
                <small className={styles.problem}>{failureText(model.failure).happened}</small>
              )}
            </span>
            <Button
              aria-label={t("Use {name}", { name: model.name })}
              disabled={model.failure !== null}
              onClick={() => void takeFoundModel(model.id)}
            >
              {t("Use")}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
