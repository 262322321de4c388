// Finds models: the hand-picked ones, or what a search at the hub gives, each judged for this machine.
import { FolderOpen, Search, X } from "lucide-react";
import { t, translated } from "../../../electron/words/language";
import { useState } from "react";
import type { CatalogueModel, HubModelSummary } from "../../../electron/contract/hub";
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
import { freeBytes } from "../../../electron/words/fitWords";
import { refreshFits, useMachine } from "./fits";
import { catalogueFacts, summaryFacts, summaryLine } from "../../../electron/words/hubFacts";
import { retryHubModels, useNoHub } from "./hubModels";
import { HubWaitLine } from "./HubWaitLine";
import { FailureMessage, Message } from "./Message";
import { ModelCard } from "./ModelCard";
import { ModelPage } from "./ModelPage";
import { modelTitle } from "../../../electron/words/modelTitle";
import { orderCatalogue } from "./orderCatalogue";
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
  const machine = useMachine();
  if (catalogue.kind === "failed") return <FailureMessage failure={catalogue.failure} onRetry={askAgain} />;
  if (catalogue.kind === "loading") return null;
  const availableBytes = machine === null ? 0 : freeBytes(machine);
  // Until the memory is known, nothing is pointed out and nothing jumps.
  if (machine === null) return null;
  return (
    <>
      <NoHubLine />
      <OrderedCatalogue models={catalogue.value} availableBytes={availableBytes} />
      <footer className={styles.more}>
        <Button onClick={search}>{t("Browse all of Hugging Face")}</Button>
      </footer>
    </>
  );
}

/** The order is that of the first look: cards do not change places while other programs take and free memory. */
function OrderedCatalogue({
  models,
  availableBytes,
}: {
  readonly models: readonly CatalogueModel[];
  readonly availableBytes: number;
}) {
  const [ordered] = useState(() => orderCatalogue(models, availableBytes));
  return (
    <ul className={styles.cards} aria-label={t("Hand-picked models")}>
      {ordered.map((model, index) => (
        <li key={model.repository}>
          <ModelCard
            repository={model.repository}
            title={model.name}
            tags={<Tags licence={model.licence} gate="open" facts={catalogueFacts(model)} />}
            description={translated(model.description)}
            first={index === 0}
          />
        </li>
      ))}
    </ul>
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
      first={false}
    />
  );
}
