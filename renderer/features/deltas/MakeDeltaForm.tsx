// What the delta of a chosen pair becomes: one bit a weight or a LoRA, its name, whether it is measured, what it takes.
import { useId, useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import { MAX_EXTRACTED_RANK } from "../../../electron/contract/deltaJobs";
import { MAX_DELTA_NAME_CHARACTERS } from "../../../electron/contract/deltas";
import type { StartMakeDelta } from "../../../electron/contract/jobQueue";
import type { MadeDelta, MakeDeltaPreview } from "../../../electron/contract/makeDelta";
import type { ModelDetails } from "../../../electron/contract/model";
import { useAnswer } from "../../app/answers";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Switch } from "../../ui/Switch";
import { startJob } from "../jobs/jobs";
import { diskNeed } from "../../../electron/words/quantizeWords";
import { madeKinds, making } from "./deltaKinds";
import styles from "./MakeDeltaForm.module.css";
import { predictedSize, predictedSizeText, predictedTimeText } from "./makingWords";

interface MakeDeltaFormProps {
  readonly fineTune: ModelDetails;
  readonly base: ModelDetails;
}

export function MakeDeltaForm({ fineTune, base }: MakeDeltaFormProps) {
  const { answer: preview, askAgain } = useAnswer("deltas.previewMake", {
    baseId: base.model.id,
    fineTuneId: fineTune.model.id,
  });
  switch (preview.kind) {
    case "loading":
      return <p className={styles.words}>{t("Reading both models")}</p>;
    case "failed": {
      const { happened, advice } = failureText(preview.failure);
      return (
        <p className={styles.problem} role="alert">
          {sentences(happened, advice)}
        </p>
      );
    }
    case "loaded":
      return <Loaded fineTune={fineTune} base={base} preview={preview.value} askAgain={askAgain} />;
  }
}

const RANKS = [8, 16, 32, 64, 128, 256, MAX_EXTRACTED_RANK];
const USUAL_RANK = 32;

interface LoadedProps extends MakeDeltaFormProps {
  readonly preview: MakeDeltaPreview;
  readonly askAgain: () => void;
}

function Loaded({ fineTune, base, preview, askAgain }: LoadedProps) {
  const recommended = madeKinds.find((each) => making[each].refusal(preview.matrices) === null) ?? "lora";
  const [kind, setKind] = useState<MadeDelta["kind"]>(recommended);
  const [rank, setRank] = useState(USUAL_RANK);
  const [name, setName] = useState(fineTune.model.name.slice(0, MAX_DELTA_NAME_CHARACTERS));
  const [measureFidelity, setMeasureFidelity] = useState(true);
  const [starting, setStarting] = useState(false);
  const groupName = useId();
  const needId = useId();
  const results: Readonly<Record<MadeDelta["kind"], StartMakeDelta["result"]>> = {
    bitdelta: { kind: "bitdelta", compact: false },
    lora: { kind: "lora", rank },
  };
  const result = results[kind];
  const need = diskNeed(predictedSize(preview, result).fileBytes, null, preview.diskFreeBytes);
  const time = predictedTimeText(preview, result);
  const trimmed = name.trim();

  async function start(): Promise<void> {
    setStarting(true);
    await startJob({
      kind: "make-delta",
      baseId: base.model.id,
      fineTuneId: fineTune.model.id,
      name: trimmed,
      result,
      measureFidelity,
    });
    setStarting(false);
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <fieldset className={styles.results}>
        <legend>{t("What it becomes")}</legend>
        {madeKinds.map((each) => {
          const { title, words, refusal } = making[each];
          const refused = refusal(preview.matrices);
          return (
            <label key={each} data-chosen={kind === each || undefined} data-disabled={refused !== null || undefined}>
              <input
                type="radio"
                name={groupName}
                checked={kind === each}
                disabled={refused !== null}
                onChange={() => setKind(each)}
              />
              <span>
                <b>{title()}</b>
                {each === recommended && <span className={styles.tag}>{t("Recommended")}</span>}
                <small>{refused ?? words(predictedSizeText(predictedSize(preview, results[each])))}</small>
              </span>
            </label>
          );
        })}
      </fieldset>
      {kind === "lora" && (
        <label className={styles.field}>
          {t("Rank")}
          <select value={rank} onChange={({ target }) => setRank(Number(target.value))}>
            {RANKS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <label className={styles.field}>
        {t("Name")}
        <input
          type="text"
          maxLength={MAX_DELTA_NAME_CHARACTERS}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <Switch
        name={t("Measure how faithful it is")}
        words={t(
          "Compares base model, fine-tune and delta on unseen text, and stores the result in the file. This takes longer than making the delta.",
        )}
        on={measureFidelity}
        onChange={setMeasureFidelity}
      />
      <footer className={styles.footer}>
        <p id={needId} data-problem={!need.enough || undefined}>
          {sentences(
            need.words,
            ...(need.enough
              ? [
                  time ?? t("It reads {size} of weights.", { size: formatBytes(preview.sourceBytes) }),
                  t("You can chat meanwhile."),
                ]
              : [t("Free {size} more.", { size: formatBytes(need.neededBytes - (preview.diskFreeBytes ?? 0)) })]),
          )}
        </p>
        {!need.enough && <Button onClick={askAgain}>{t("Look again")}</Button>}
        <Button
          type="submit"
          look="primary"
          disabled={!need.enough || starting || trimmed === ""}
          aria-describedby={needId}
        >
          {making[kind].button()}
        </Button>
      </footer>
    </form>
  );
}
