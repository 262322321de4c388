// Models that other apps have put on this computer: one click uses one where it is.
import { RefreshCw } from "lucide-react";
import type { FoundModel, FoundModels, OtherApp } from "../../../electron/contract/importing";
import { useAnswer } from "../../app/answers";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes } from "../../../electron/words/quantities";
import { useApp } from "../../app/appStore";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
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
    <section className={styles.section} aria-label="Found on this computer">
      <header className={styles.header}>
        <h2>Found on this computer</h2>
        <IconButton name="Look again" icon={<RefreshCw size={14} />} disabled={isAsking} onClick={askAgain} />
      </header>
      <Words found={found} shown={apps.reduce((sum, app) => sum + app.models.length, 0)} />
      {apps.map(({ app, models: unused }) => unused.length > 0 && <AppModels key={app} app={app} models={unused} />)}
    </section>
  );
}

function Words({ found, shown }: { readonly found: Loadable<FoundModels>; readonly shown: number }) {
  if (found.kind === "loading") return <p>Looking where LM Studio, Ollama, Jan and Hugging Face keep their models.</p>;
  if (found.kind === "failed") return <p>{failureText(found.failure).happened}</p>;
  if (shown === 0) {
    return (
      <p>
        {found.value.apps.length === 0
          ? "No models of LM Studio, Ollama, Jan or the Hugging Face cache are here."
          : "All models of other apps that are here are in your list."}
      </p>
    );
  }
  return (
    <p>
      They stay where they are: Facet reads them and never changes or deletes them.
      {found.value.isPartial && " There may be more; not all folders could be looked at in time."}
    </p>
  );
}

function AppModels({ app, models }: { readonly app: OtherApp; readonly models: readonly FoundModel[] }) {
  return (
    <div className={styles.app}>
      <h3>{appTitle(app)}</h3>
      <ul aria-label={`Models of ${appTitle(app)}`}>
        {models.map((model) => (
          <li key={model.id} className={styles.model}>
            <span className={styles.words}>
              <b>{model.name}</b>
              <small>
                {[
                  formatBytes(model.sizeBytes) + (model.fileCount > 1 ? ` in ${model.fileCount} files` : ""),
                  model.quantization,
                ]
                  .filter((fact) => fact !== null)
                  .join(" · ")}
              </small>
              {model.failure !== null && (
                <small className={styles.problem}>{failureText(model.failure).happened}</small>
              )}
            </span>
            <Button
              aria-label={`Use ${model.name}`}
              disabled={model.failure !== null}
              onClick={() => void takeFoundModel(model.id)}
            >
              Use
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
