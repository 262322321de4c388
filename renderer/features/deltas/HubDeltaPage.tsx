// Finds fine-tunes at Hugging Face and fetches one: a repository is looked at before anything is fetched.
import { ArrowLeft, ExternalLink, Search } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { HubAdapter, HubDeltaFacts } from "../../../electron/contract/deltas";
import type { Failure, Outcome } from "../../../electron/contract/failure";
import type { HubModelSummary, RepositoryName } from "../../../electron/contract/hub";
import type { ModelId } from "../../../electron/contract/ids";
import { useApp } from "../../app/appStore";
import { call, callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import { startJob } from "../jobs/jobs";
import backStyles from "../models/BackButton.module.css";
import { summaryLine } from "../models/hubFacts";
import { repositoryIn } from "../models/hubLink";
import { LOADING, type Loadable } from "../models/loadable";
import { licenceTitle, modelTitle } from "../../../electron/words/modelTitle";
import { Tags } from "../models/Tags";
import { showLibrary } from "./fineTunesRoute";
import styles from "./HubDeltaPage.module.css";
import { useTargetModel } from "./useTargetModel";

type Shown =
  | { readonly kind: "repository"; readonly found: Loadable<HubDeltaFacts> }
  | { readonly kind: "results"; readonly found: Loadable<readonly HubModelSummary[]> };

export function HubDeltaPage() {
  const [text, setText] = useState("");
  const [shown, setShown] = useState<Shown | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const latest = useRef(0);
  const hintId = useId();
  useEffect(() => field.current?.focus(), []);
  const repository = repositoryIn(text);

  async function look(asked: RepositoryName): Promise<void> {
    const question = ++latest.current;
    setShown({ kind: "repository", found: LOADING });
    const outcome = await call("deltas.lookAtHub", { repository: asked });
    if (question === latest.current) setShown({ kind: "repository", found: loadableOf(outcome) });
  }

  async function search(words: string): Promise<void> {
    const question = ++latest.current;
    setShown({ kind: "results", found: LOADING });
    const outcome = await call("hub.search", {
      of: "adapters",
      text: words,
      sort: "downloads",
      family: null,
      cursor: null,
    });
    if (question === latest.current)
      setShown({
        kind: "results",
        found: loadableOf(outcome.ok ? { ok: true, value: outcome.value.models } : outcome),
      });
  }

  function show(asked: RepositoryName): void {
    setText(asked);
    void look(asked);
  }

  return (
    <article className={styles.page} aria-label="A fine-tune from Hugging Face">
      <Button look="quiet" className={backStyles.back} onClick={showLibrary}>
        <ArrowLeft size={14} />
        Fine-tunes
      </Button>
      <form
        className={styles.search}
        onSubmit={(event) => {
          event.preventDefault();
          if (repository !== null) void look(repository);
          else if (text.trim() !== "") void search(text.trim());
        }}
      >
        <Search size={16} aria-hidden />
        <input
          ref={field}
          type="text"
          spellCheck={false}
          maxLength={200}
          aria-label="Search fine-tunes, or name a repository"
          aria-describedby={hintId}
          placeholder="Search fine-tunes, or paste a link"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" look="primary" disabled={text.trim() === ""}>
          {repository === null ? "Search" : "Look"}
        </Button>
      </form>
      <p id={hintId} className={styles.hint}>
        LoRA adapters of PEFT and MLX are converted here for your model; adapters in GGUF are used as they are. Nothing
        is fetched before you have seen what is there.
      </p>
      {shown?.found.kind === "loading" && (
        <output className={styles.hint}>{shown.kind === "results" ? "Searching" : "Looking at the repository"}</output>
      )}
      {shown?.found.kind === "failed" && <Problem failure={shown.found.failure} />}
      {shown?.kind === "repository" && shown.found.kind === "loaded" && (
        <Found key={`${shown.found.value.repository} ${shown.found.value.revision}`} facts={shown.found.value} />
      )}
      {shown?.kind === "results" && shown.found.kind === "loaded" && (
        <Results models={shown.found.value} onChoose={show} />
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
      <p className={styles.hint}>Hugging Face has no adapter by these words. Try fewer, or the name of a base model.</p>
    );
  return (
    <ul className={styles.results} aria-label="Found fine-tunes">
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

function loadableOf<Value>(outcome: Outcome<Value>): Loadable<Value> {
  return outcome.ok ? { kind: "loaded", value: outcome.value } : { kind: "failed", failure: outcome.failure };
}

function Problem({ failure }: { readonly failure: Failure }) {
  const { happened, data, advice } = failureText(failure);
  return (
    <section className={styles.card} role="alert">
      <h2>{happened}</h2>
      <p>
        {data} {advice}
      </p>
      <FailureDetails failure={failure} />
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
          Open at Hugging Face
        </Button>
      </div>
      <p>
        {baseModel === null
          ? "Neither card nor configuration says which model it was trained on."
          : `Trained on ${baseModel}.`}
      </p>
      {needsBase && (
        <label className={styles.base}>
          Convert it for
          {models.length === 0 ? (
            <small>no model is on this computer: add the one that it was trained on first</small>
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
      <ul className={styles.adapters} aria-label="Adapters">
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
            form === "peft" ? "Safetensors, is converted" : "GGUF adapter",
            rank === null ? null : `rank ${rank}`,
            formatBytes(sizeBytes),
          ]
            .filter((word) => word !== null)
            .join(" · ")}
        </small>
        {failure !== null && <small className={styles.problem}>{failureText(failure).happened}</small>}
      </span>
      <Button
        look="primary"
        aria-label={`Fetch ${path}`}
        disabled={failure !== null || starting || (form === "peft" && baseId === null)}
        onClick={() => void fetch()}
      >
        Fetch
      </Button>
    </li>
  );
}
