// Finds fine-tunes at Hugging Face and fetches one: a repository is looked at before anything is fetched.
import { skipToken } from "@tanstack/react-query";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import { ArrowLeft, ExternalLink, Search } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { HubAdapter, HubDeltaFacts } from "../../../electron/contract/deltas";
import type { Failure } from "../../../electron/contract/failure";
import type { HubModelSummary, RepositoryName } from "../../../electron/contract/hub";
import type { ModelId } from "../../../electron/contract/ids";
import { useAnswer } from "../../app/answers";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes } from "../../../electron/words/quantities";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import { startJob } from "../jobs/jobs";
import backStyles from "../models/BackButton.module.css";
import { summaryLine } from "../../../electron/words/hubFacts";
import { repositoryIn } from "../models/hubLink";
import { licenceTitle, modelTitle } from "../../../electron/words/modelTitle";
import { Tags } from "../models/Tags";
import { showLibrary } from "./fineTunesRoute";
import styles from "./HubDeltaPage.module.css";
import { useTargetModel } from "./useTargetModel";

/** What was asked for: a look into a repository, or a search for words. */
type Asked =
  | { readonly kind: "repository"; readonly repository: RepositoryName }
  | { readonly kind: "results"; readonly words: string };

export function HubDeltaPage() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const hintId = useId();
  useEffect(() => field.current?.focus(), []);
  const repository = repositoryIn(text);

  const looked = useAnswer(
    "deltas.lookAtHub",
    asked?.kind === "repository" ? { repository: asked.repository } : skipToken,
  );
  const results = useAnswer(
    "hub.search",
    asked?.kind === "results"
      ? { of: "adapters", text: asked.words, sort: "downloads", family: null, cursor: null }
      : skipToken,
  );
  const shown = asked === null ? null : asked.kind === "repository" ? looked.answer : results.answer;

  function look(at: RepositoryName): void {
    if (asked?.kind === "repository" && asked.repository === at) looked.askAgain();
    else setAsked({ kind: "repository", repository: at });
  }

  function search(words: string): void {
    if (asked?.kind === "results" && asked.words === words) results.askAgain();
    else setAsked({ kind: "results", words });
  }

  function show(chosen: RepositoryName): void {
    setText(chosen);
    look(chosen);
  }

  return (
    <article className={styles.page} aria-label={t("A fine-tune from Hugging Face")}>
      <Button look="quiet" className={backStyles.back} onClick={showLibrary}>
        <ArrowLeft size={14} />
        {t("Fine-tunes")}
      </Button>
      <form
        className={styles.search}
        onSubmit={(event) => {
          event.preventDefault();
          if (repository !== null) look(repository);
          else if (text.trim() !== "") search(text.trim());
        }}
      >
        <Search size={16} aria-hidden />
        <input
          ref={field}
          type="text"
          spellCheck={false}
          maxLength={200}
          aria-label={t("Search fine-tunes, or name a repository")}
          aria-describedby={hintId}
          placeholder={t("Search fine-tunes, or paste a link")}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" look="primary" disabled={text.trim() === ""}>
          {repository === null ? t("Search@@verb") : t("Look")}
        </Button>
      </form>
      <p id={hintId} className={styles.hint}>
        {t(
          "LoRA adapters of PEFT and MLX are converted for your model; adapters in GGUF are used as they are. Nothing is downloaded before you have seen what there is.",
        )}
      </p>
      {shown?.kind === "loading" && (
        <output className={styles.hint}>
          {asked?.kind === "results" ? t("Searching") : t("Looking at the repository")}
        </output>
      )}
      {shown?.kind === "failed" && <Problem failure={shown.failure} />}
      {asked?.kind === "repository" && looked.answer.kind === "loaded" && (
        <Found key={`${looked.answer.value.repository} ${looked.answer.value.revision}`} facts={looked.answer.value} />
      )}
      {asked?.kind === "results" && results.answer.kind === "loaded" && (
        <Results models={results.answer.value.models} onChoose={show} />
      )}
    </article>
  );
}

function Results({
  models,
  onChoose,
}: {
  readonly models: readonly HubModelSummary[];
  readonly onChoose: (repository: RepositoryName) => void;
}) {
  const [nowMs] = useState(() => Date.now());
  if (models.length === 0)
    return (
      <p className={styles.hint}>
        {t("Hugging Face has no adapter that matches. Try fewer words, or the name of a base model.")}
      </p>
    );
  return (
    <ul className={styles.results} aria-label={t("Found fine-tunes")}>
      {models.map((summary) => (
        <li key={summary.repository}>
          <button type="button" onClick={() => onChoose(summary.repository)}>
            <b>{modelTitle(summary.repository)}</b>
            <small>
              {[summaryLine(summary, nowMs), ...(summary.licence === null ? [] : [licenceTitle(summary.licence)])].join(
                " · ",
              )}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Problem({ failure }: { readonly failure: Failure }) {
  const { happened, data, advice } = failureText(failure);
  return (
    <section className={styles.card} role="alert">
      <h2>{happened}</h2>
      <p>{sentences(data, advice)}</p>
      <FailureDetails failure={failure} />
      <SwitchedOffButton failure={failure} />
    </section>
  );
}

function Found({ facts }: { readonly facts: HubDeltaFacts }) {
  const { repository, licence, gate, baseModel, adapters } = facts;
  const target = useTargetModel();
  const models = useApp((state) => state.models);
  const [chosenBase, setBase] = useState<ModelId | null>(null);
  const baseId = chosenBase ?? target?.id ?? models[0]?.id ?? null;
  const needsBase = adapters.some(({ form, failure }) => form === "peft" && failure === null);
  return (
    <section className={styles.card}>
      <div className={styles.title}>
        <h2>{modelTitle(repository)}</h2>
        <Tags licence={licence} gate={gate} facts={[]} />
        <Button
          look="quiet"
          onClick={() => void callOrNotify("app.openLink", { url: `https://huggingface.co/${repository}` })}
        >
          <ExternalLink size={14} />
          {t("Open on Hugging Face")}
        </Button>
      </div>
      <p>
        {baseModel === null
          ? t("Its repository doesn’t say which model it was trained on.")
          : t("Trained on {model}.", { model: baseModel })}
      </p>
      {needsBase && (
        <label className={styles.base}>
          {t("Convert it for")}
          {models.length === 0 ? (
            <small>{t("no models on this computer yet: first add the one it was trained on")}</small>
          ) : (
            <select
              value={baseId ?? ""}
              onChange={({ target }) => setBase(models.find(({ id }) => id === target.value)?.id ?? null)}
            >
              {models.map(({ id, name, fileName }) => (
                <option key={id} value={id}>
                  {name} ({fileName})
                </option>
              ))}
            </select>
          )}
        </label>
      )}
      <ul className={styles.adapters} aria-label={t("Adapters")}>
        {adapters.map((adapter) => (
          <AdapterLine key={adapter.path} adapter={adapter} facts={facts} baseId={baseId} />
        ))}
      </ul>
    </section>
  );
}

interface AdapterLineProps {
  readonly adapter: HubAdapter;
  readonly facts: HubDeltaFacts;
  readonly baseId: ModelId | null;
}

function AdapterLine({ adapter, facts: { repository, revision }, baseId }: AdapterLineProps) {
  const { path, form, sizeBytes, rank, failure } = adapter;
  const [starting, setStarting] = useState(false);
  const needed = form === "peft" ? baseId : null;

  async function fetch(): Promise<void> {
    setStarting(true);
    await startJob({ kind: "fetch-delta", hub: { repository, revision, path }, baseId: needed });
    setStarting(false);
  }

  return (
    <li>
      <span className={styles.words}>
        <b>{path}</b>
        <small>
          {[
            form === "peft" ? t("Safetensors, will be converted") : t("GGUF adapter"),
            rank === null ? null : t("rank {rank}", { rank }),
            formatBytes(sizeBytes),
          ]
            .filter((word) => word !== null)
            .join(" · ")}
        </small>
        {failure !== null && <small className={styles.problem}>{failureText(failure).happened}</small>}
      </span>
      <Button
        look="primary"
        aria-label={t("Download {name}", { name: path })}
        disabled={failure !== null || starting || (form === "peft" && baseId === null)}
        onClick={() => void fetch()}
      >
        {t("Download")}
      </Button>
    </li>
  );
}
