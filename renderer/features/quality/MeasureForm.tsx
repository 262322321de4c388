// Starts a measurement: the source to compare with, and which of its smaller files.
import { useId, useState } from "react";
import { t } from "../../../electron/words/language";
import { MAX_QUALITY_CANDIDATES } from "../../../electron/contract/jobQueue";
import type { ModelId } from "../../../electron/contract/ids";
import type { ModelDetails } from "../../../electron/contract/model";
import type { QualityResults } from "../../../electron/contract/quantize";
import { typeLine } from "../../../electron/words/typeWords";
import { Button } from "../../ui/Button";
import { startJob } from "../jobs/jobs";
import { siblingsOf, sourcesFor } from "./measurable";
import styles from "./MeasureForm.module.css";

interface MeasureFormProps {
  readonly details: ModelDetails;
  readonly models: readonly ModelDetails[];
  readonly results: QualityResults;
}

export function MeasureForm({ details, models, results }: MeasureFormProps) {
  const sources = sourcesFor(details, models, results);
  const [chosenSource, setSource] = useState<ModelId | null>(null);
  const source = sources.find(({ model }) => model.id === chosenSource) ?? sources[0];
  if (source === undefined) {
    return (
      <>
        <h3 className={styles.title}>{t("Measure")}</h3>
        <p className={styles.words}>
          {t(
            "There is nothing to compare it with: no file of this model in 16 or 8 bits is installed. Download one to measure the quality.",
          )}
        </p>
      </>
    );
  }
  return (
    <>
      <h3 className={styles.title}>{t("Measure")}</h3>
      {sources.length > 1 && (
        <fieldset className={styles.choices}>
          <legend>{t("Compare with")}</legend>
          {sources.map(({ model, quantization }) => (
            <label key={model.id}>
              <input type="radio" checked={model.id === source.model.id} onChange={() => setSource(model.id)} />
              {model.name}
              <small>{typeLine(quantization, model.sizeBytes)}</small>
            </label>
          ))}
        </fieldset>
      )}
      {/* Another source has other files to compare. */}
      <Candidates key={source.model.id} details={details} source={source} models={models} results={results} />
    </>
  );
}

function Candidates({ details, source, models, results }: MeasureFormProps & { readonly source: ModelDetails }) {
  const candidates = siblingsOf(source, models);
  const measured = new Set(results.variants.map(({ modelId }) => modelId));
  const itself = candidates.some(({ model }) => model.id === details.model.id);
  // The model that was asked about; of a source, whatever was not measured yet.
  const [chosen, setChosen] = useState<ReadonlySet<ModelId>>(
    () =>
      new Set(
        (itself ? [details] : candidates.filter(({ model }) => !measured.has(model.id)))
          .slice(0, MAX_QUALITY_CANDIDATES)
          .map(({ model }) => model.id),
      ),
  );
  const [starting, setStarting] = useState(false);
  const hintId = useId();
  const count = chosen.size;

  async function start(): Promise<void> {
    setStarting(true);
    await startJob({ kind: "quality", sourceId: source.model.id, candidateIds: [...chosen] });
    setStarting(false);
  }

  function toggle(id: ModelId, on: boolean): void {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  }

  return (
    <>
      <fieldset className={styles.choices}>
        <legend>
          {t("Measure against {model} ({facts})", {
            model: source.model.name,
            facts: typeLine(source.quantization, source.model.sizeBytes),
          })}
        </legend>
        {candidates.map(({ model, quantization }) => (
          <label key={model.id}>
            <input
              type="checkbox"
              checked={chosen.has(model.id)}
              disabled={!chosen.has(model.id) && count >= MAX_QUALITY_CANDIDATES}
              onChange={({ target }) => toggle(model.id, target.checked)}
            />
            {model.name}
            <small>
              {typeLine(quantization, model.sizeBytes)}
              {measured.has(model.id) && ` · ${t("measured before")}`}
            </small>
          </label>
        ))}
      </fieldset>
      <div className={styles.start}>
        <p id={hintId} className={styles.words}>
          {t("Both files read the same text, one after the other. You can chat meanwhile, more slowly.")}
        </p>
        <Button
          look="primary"
          disabled={count === 0 || starting}
          aria-describedby={hintId}
          onClick={() => void start()}
        >
          {count < 2 ? t("Measure") : t("{count, plural, one {Measure # model} other {Measure # models}}", { count })}
        </Button>
      </div>
    </>
  );
}
