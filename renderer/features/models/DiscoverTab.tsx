// Finds models: the hand-picked ones, or what a search at the hub gives, each judged for this machine.
import { FolderOpen, Search, X } from "lucide-react";
import { t, translated } from "../../../electron/words/language";
import { useId, useState } from "react";
import type { HubModelSummary, RatedModel } from "../../../electron/contract/hub";
import type { Runs } from "../../../electron/contract/speed";
import { useAnswer } from "../../app/answers";
import { callOrNotify } from "../../app/bridge";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import {
  endSearch,
  type HubSearch,
  isOfSize,
  search,
  submitSearch,
  typeSearch,
  useDiscover,
  useFound,
} from "./discover";
import styles from "./DiscoverTab.module.css";
import { failureText } from "../../../electron/words/failureText";
import { refreshFits } from "./fits";
import { FitsOnly } from "./FitsOnly";
import { useMeasuredSpeed } from "./measuredSpeed";
import { catalogueFacts, summaryFacts, summaryLine } from "../../../electron/words/hubFacts";
import { retryHubModels, useNoHub } from "./hubModels";
import { HubWaitLine } from "./HubWaitLine";
import { FailureMessage, Message } from "./Message";
import { ModelCard } from "./ModelCard";
import { ModelPage } from "./ModelPage";
import { modelTitle } from "../../../electron/words/modelTitle";
import { SearchFilters } from "./SearchFilters";
import { Tags } from "./Tags";
import { JudgingBar } from "./JudgingBar";

export function DiscoverTab() {
  const openRepository = useDiscover((state) => state.openRepository);
  const asked = useDiscover((state) => state.asked);
  return (
    <>
      <SearchLine />
      <HubWaitLine />
      <JudgingBar />
      {openRepository !== null ? (
        <ModelPage key={openRepository} repository={openRepository} />
      ) : asked !== null ? (
        <SearchResults asked={asked} />
      ) : (
        <HandPicked />
      )}
    </>
  );
}

function SearchLine() {
  const text = useDiscover((state) => state.text);
  const searching = useDiscover((state) => state.asked !== null);
  return (
    <search className={styles.searchLine}>
      <label className={styles.field}>
        <Search size={16} />
        <input
          type="text"
          role="searchbox"
          placeholder={t("Search Hugging Face, or paste a link")}
          aria-label={t("Search Hugging Face, or paste a link")}
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={({ target }) => typeSearch(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") submitSearch();
            else if (event.key === "Escape" && (text !== "" || searching)) endSearch();
            else return;
            event.preventDefault();
          }}
        />
        {(text !== "" || searching) && (
          <button type="button" aria-label={t("End the search")} className={styles.clear} onClick={endSearch}>
            <X size={15} />
          </button>
        )}
      </label>
      <Button className={styles.import} onClick={() => void callOrNotify("models.chooseFile", undefined)}>
        <FolderOpen size={14} />
        {t("Import a file")}
      </Button>
    </search>
  );
}

/** The hand-picked list comes with the app; their files and verdicts come from the hub. */
function NoHubLine() {
  const failure = useNoHub();
  if (failure === null) return null;
  return (
    <section className={styles.offline} role="alert">
      <p>
        {failure.code === "hub-offline"
          ? t(
              "Hugging Face can’t be reached, so these models can’t be checked or downloaded now. Models on this computer still work.",
            )
          : failureText(failure).happened}
      </p>
      <Button
        onClick={() => {
          retryHubModels();
          void refreshFits();
        }}
      >
        {t("Try again")}
      </Button>
      <SwitchedOffButton failure={failure} />
    </section>
  );
}

function HandPicked() {
  const { answer: catalogue, askAgain } = useAnswer("hub.catalogue", undefined, { kept: true });
  const fitsOnly = useDiscover((state) => state.fitsOnly);
  if (catalogue.kind === "failed") return <FailureMessage failure={catalogue.failure} onRetry={askAgain} />;
  if (catalogue.kind === "loading") return null;
  // The order is that of the opening: cards do not change places while other programs take and free memory.
  const models = catalogue.value;
  const shown = models.filter(({ runs }) => !fitsOnly || runs !== "too-large");
  return (
    <>
      <NoHubLine />
      <div className={styles.filters}>
        <SpeedLine onMeasured={askAgain} />
        <FitsOnly />
      </div>
      {sections().map(({ runs, title }) => (
        <Shelf key={runs} title={title} models={shown.filter((model) => model.runs === runs)} />
      ))}
      {shown.length < models.length && <HiddenLine count={models.length - shown.length} />}
      <footer className={styles.more}>
        <Button onClick={search}>{t("Browse all of Hugging Face")}</Button>
      </footer>
    </>
  );
}

const sections = (): readonly { readonly runs: Runs | null; readonly title: string }[] => [
  { runs: "well", title: t("Runs well here") },
  // Where speeds are not known, memory alone decides.
  { runs: null, title: t("Fits here") },
  { runs: "slow", title: t("Slow here") },
  { runs: "too-large", title: t("Too large for the free memory") },
];

function Shelf({ title, models }: { readonly title: string; readonly models: readonly RatedModel[] }) {
  const headingId = useId();
  if (models.length === 0) return null;
  return (
    <section className={styles.shelf} aria-labelledby={headingId}>
      <h2 id={headingId}>{title}</h2>
      <ul className={styles.cards}>
        {models.map((model) => (
          <li key={model.repository}>
            <ModelCard
              repository={model.repository}
              title={model.name}
              tags={<Tags licence={model.licence} gate="open" facts={catalogueFacts(model)} />}
              description={translated(model.description)}
              expected={model}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the speeds on this page rest on. */
function SpeedLine({ onMeasured }: { readonly onMeasured: () => void }) {
  const { state, measureAgain } = useMeasuredSpeed(onMeasured);
  return (
    <p className={styles.speed}>
      <output>
        {state === "measuring" && t("Testing how fast this computer is. This takes a few seconds, once.")}
        {state === "failed" && t("The test of this computer’s speed failed.")}
        {state === "measured" && t("Speeds are estimates, from a short test of this computer.")}
      </output>
      {state !== "measuring" && (
        <Button look="quiet" onClick={measureAgain}>
          {state === "failed" ? t("Try again") : t("Test again")}
        </Button>
      )}
    </p>
  );
}

function HiddenLine({ count }: { readonly count: number }) {
  return (
    <p className={styles.hidden}>
      {t("{count, plural, one {# model is} other {# models are}} too large and not shown.", { count })}
    </p>
  );
}

function SearchResults({ asked }: { readonly asked: HubSearch }) {
  const { found, isSearchingMore, searchMore } = useFound(asked);
  const size = useDiscover((state) => state.size);
  const text = useDiscover((state) => state.text);
  if (found.kind === "failed") {
    const retry = () => {
      retryHubModels();
      search();
    };
    return (
      <>
        <SearchFilters words="" />
        <FailureMessage failure={found.failure} onRetry={retry}>
          <Button onClick={endSearch}>{t("Show hand-picked models")}</Button>
        </FailureMessage>
      </>
    );
  }
  if (found.kind === "loading") {
    return (
      <>
        <SearchFilters words={t("Searching")} />
        <ul className={styles.cards} aria-hidden>
          {[0, 1, 2, 3].map((key) => (
            <li key={key} className={styles.placeholder} />
          ))}
        </ul>
      </>
    );
  }
  const { models, hasMore } = found.value;
  const shown = models.filter((model) => isOfSize(model, size));
  return (
    <>
      <SearchFilters words={foundWords(shown.length, hasMore, text.trim())} />
      {shown.length === 0 ? (
        <Message
          title={t("No models found")}
          words={
            models.length === 0
              ? t("Hugging Face has no GGUF model that matches. Try fewer words, or another family.")
              : t("None of the models found so far has this size.")
          }
        >
          {models.length > 0 && hasMore && <Button onClick={searchMore}>{t("Search further")}</Button>}
          <Button onClick={endSearch}>{t("Show hand-picked models")}</Button>
        </Message>
      ) : (
        <ul className={styles.cards} aria-label={t("Models found")}>
          {shown.map((model) => (
            <li key={model.repository}>
              <FoundCard model={model} />
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && hasMore && (
        <footer className={styles.more}>
          <Button disabled={isSearchingMore} onClick={searchMore}>
            {isSearchingMore ? t("Searching") : t("Show more")}
          </Button>
        </footer>
      )}
    </>
  );
}

function foundWords(count: number, hasMore: boolean, text: string): string {
  if (text === "")
    return hasMore
      ? t("{count, plural, one {#+ models} other {#+ models}} on Hugging Face", { count })
      : t("{count, plural, one {# model} other {# models}} on Hugging Face", { count });
  return hasMore
    ? t("{count, plural, one {#+ models} other {#+ models}} for “{text}”", { count, text })
    : t("{count, plural, one {# model} other {# models}} for “{text}”", { count, text });
}

function FoundCard({ model }: { readonly model: HubModelSummary }) {
  const [nowMs] = useState(() => Date.now());
  return (
    <ModelCard
      repository={model.repository}
      title={modelTitle(model.repository)}
      tags={<Tags licence={model.licence} gate={model.gate} facts={summaryFacts(model)} />}
      description={summaryLine(model, nowMs)}
      expected={null}
    />
  );
}
