// Makes a delta of a fine-tuned model and its base: two models, what it becomes, and one button.
import { ArrowLeft, FilePlus } from "lucide-react";
import { t } from "../../../electron/words/language";
import { useEffect, useId, useRef, useState } from "react";
import type { ModelId } from "../../../electron/contract/ids";
import type { ModelDetails } from "../../../electron/contract/model";
import { callOrNotify } from "../../app/bridge";
import { showPage } from "../../app/layout";
import { Button } from "../../ui/Button";
import backStyles from "../models/BackButton.module.css";
import { refreshInstalled, useInstalled } from "../models/installed";
import { FailureMessage, Message } from "../models/Message";
import { showTab } from "../models/modelsRoute";
import { showLibrary } from "./fineTunesRoute";
import styles from "./MakeDeltaPage.module.css";
import { MakeDeltaForm } from "./MakeDeltaForm";
import { basesFor, canBePaired, pairOptionWords, sortedBases } from "./pairChoices";

export function MakeDeltaPage({ openedFrom }: { readonly openedFrom: ModelId | null }) {
  const { answer: list, askAgain } = useInstalled({ onOpening: true });
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <article className={styles.page} aria-label={t("Make a delta")}>
      <Button look="quiet" className={backStyles.back} onClick={showLibrary}>
        <ArrowLeft size={14} />
        {t("Fine-tunes")}
      </Button>
      <section className={styles.card}>
        <h2 ref={heading} tabIndex={-1}>
          {t("Make a delta")}
        </h2>
        <p className={styles.words}>
          {t(
            "Facet compares a fine-tuned model with its base model and keeps only what the training changed. The fine-tune then takes a fraction of the memory and works with the base model in any quantization. The two large files are no longer needed.",
          )}
        </p>
        {list.kind === "failed" && <FailureMessage failure={list.failure} onRetry={askAgain} />}
        {list.kind === "loading" && <p className={styles.words}>{t("Reading the list of models")}</p>}
        {list.kind === "loaded" && <Pair models={list.value.models.filter(canBePaired)} openedFrom={openedFrom} />}
      </section>
    </article>
  );
}

interface PairProps {
  /** Those that a delta can be made of. */
  readonly models: readonly ModelDetails[];
  readonly openedFrom: ModelId | null;
}

function Pair({ models, openedFrom }: PairProps) {
  const [chosenFineTune, setFineTune] = useState<ModelId | null>(openedFrom);
  const [chosenBase, setBase] = useState<ModelId | null>(null);
  const hintId = useId();
  if (models.length < 2) {
    return (
      <Message
        title={models.length === 0 ? t("Two models are needed") : t("A second model is needed")}
        words={t(
          "A fine-tuned model and its base model, both in F16, BF16, F32 or Q8_0. Quantizing to less changes a model more than most fine-tunes do.",
        )}
      >
        <AddModelButton onAdded={() => undefined} look="primary" />
        <Button
          onClick={() => {
            showPage("models");
            showTab("discover");
          }}
        >
          {t("Find a model")}
        </Button>
      </Message>
    );
  }
  const fineTune = models.find(({ model }) => model.id === chosenFineTune) ?? null;
  const others = fineTune === null ? models : sortedBases(fineTune, models);
  const likely = fineTune === null ? [] : basesFor(fineTune, models);
  // The only one that can be it needs no choosing.
  const base =
    others.find(({ model }) => model.id === chosenBase && model.id !== fineTune?.model.id) ??
    (likely.length === 1 ? likely[0] : undefined) ??
    null;
  return (
    <>
      <div className={styles.pair}>
        <ModelField label={t("Fine-tune")} value={fineTune} models={models} onChoose={setFineTune} />
        <ModelField label={t("Its base model")} value={base} models={others} onChoose={setBase} />
      </div>
      <p id={hintId} className={styles.hint}>
        {t("Only models in F16, BF16, F32 or Q8_0 are listed.")}
        <AddModelButton onAdded={(id) => (fineTune === null ? setFineTune(id) : setBase(id))} look="quiet" />
      </p>
      {fineTune !== null && base !== null && (
        <MakeDeltaForm key={`${fineTune.model.id} ${base.model.id}`} fineTune={fineTune} base={base} />
      )}
    </>
  );
}

interface ModelFieldProps {
  readonly label: string;
  readonly value: ModelDetails | null;
  readonly models: readonly ModelDetails[];
  readonly onChoose: (id: ModelId) => void;
}

function ModelField({ label, value, models, onChoose }: ModelFieldProps) {
  return (
    <label className={styles.field}>
      {label}
      <select
        value={value?.model.id ?? ""}
        onChange={({ target }) => {
          const chosen = models.find(({ model }) => model.id === target.value);
          if (chosen !== undefined) onChoose(chosen.model.id);
        }}
      >
        {value === null && <option value="">{t("Choose a model")}</option>}
        {models.map((details) => (
          <option key={details.model.id} value={details.model.id}>
            {pairOptionWords(details)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Lists a file where it is, without loading it. */
function AddModelButton({
  onAdded,
  look,
}: {
  readonly onAdded: (id: ModelId) => void;
  readonly look: "primary" | "quiet";
}) {
  async function add(): Promise<void> {
    const added = await callOrNotify("models.chooseFile", { load: false });
    if (added === null) return;
    await refreshInstalled();
    onAdded(added.id);
  }
  return (
    <Button look={look} onClick={() => void add()}>
      <FilePlus size={14} />
      {t("Add a model file")}
    </Button>
  );
}
