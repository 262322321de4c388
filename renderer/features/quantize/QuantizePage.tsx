// Makes a smaller file of a model: what each type would give on this machine, how, and one button.
import { ChevronDown } from "lucide-react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { QuantizePreview, QuantizeSource } from "../../../electron/contract/quantize";
import type { QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { formatBytes, formatParameters } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { startJob } from "../jobs/jobs";
import { BackButton } from "../models/BackButton";
import { JudgingBar } from "../models/JudgingBar";
import { FailureMessage, Message } from "../models/Message";
import { type CalibrationChoice, chosenSteps, NO_CHOICE, stepsFor } from "./calibrationChoice";
import styles from "./QuantizePage.module.css";
import { QuantizeOptions } from "./QuantizeOptions";
import { diskNeed, proposalSentence } from "../../../electron/words/quantizeWords";
import { threeSizes } from "./threeSizes";
import { TypeChoices } from "./TypeChoices";
import { TypeTable } from "./TypeTable";
import { type ShownPreview, usePreview } from "./usePreview";

interface QuantizePageProps {
  readonly source: QuantizeSource;
  readonly modelName: string;
}

export function QuantizePage({ source, modelName }: QuantizePageProps) {
  const [calibration, setCalibration] = useState<CalibrationChoice>(NO_CHOICE);
  const { on } = calibration;
  const steps = useMemo(() => chosenSteps(on), [on]);
  const shown = usePreview(source, steps);
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <article className={styles.page} aria-label={t("Quantize {name}", { name: modelName })}>
      <BackButton />
      <JudgingBar />
      <section className={styles.card}>
        <h2 ref={heading} tabIndex={-1}>
          {t("Quantize {name}", { name: modelName })}
        </h2>
        {shown.preview.kind === "loading" && (
          <p className={styles.facts}>{t("Reading the model and working out what each type would give")}</p>
        )}
        {shown.preview.kind === "failed" && <FailureMessage failure={shown.preview.failure} onRetry={shown.askAgain} />}
        {shown.preview.kind === "loaded" && (
          <Loaded
            source={source}
            preview={shown.preview.value}
            shown={shown}
            calibration={calibration}
            onCalibration={setCalibration}
          />
        )}
      </section>
    </article>
  );
}

interface LoadedProps {
  readonly source: QuantizeSource;
  readonly preview: QuantizePreview;
  readonly shown: ShownPreview;
  readonly calibration: CalibrationChoice;
  readonly onCalibration: (choice: CalibrationChoice) => void;
}

function Loaded({ source, preview, shown: { current, askAgain }, calibration, onCalibration }: LoadedProps) {
  const [chosen, setChosen] = useState<QuantizationType | null>(null);
  const [measureQuality, setMeasureQuality] = useState(true);
  const [keepSource, setKeepSource] = useState(false);
  const [starting, setStarting] = useState(false);
  const [isAllShown, setAllShown] = useState(false);
  const allId = useId();
  const needId = useId();

  const { types, proposal, diskFreeBytes } = preview;
  const row =
    types.find(({ preview: { type } }) => type === chosen) ??
    types.find(({ preview: { type } }) => type === proposal?.type) ??
    types[0];
  if (row === undefined) {
    return (
      <>
        <SourceFactsLine source={source} preview={preview} />
        <Message title={t("No type is smaller than this file")} words={t("It can be used as it is.")} />
      </>
    );
  }
  const { type, fileBytes } = row.preview;
  const sourceType = preview.source.weightType.toUpperCase();
  const need = diskNeed(fileBytes, source.kind === "hub" ? preview.source.fileBytes : null, diskFreeBytes);

  async function start(): Promise<void> {
    setStarting(true);
    await startJob({
      kind: "quantize",
      source,
      recipe: { type, steps: stepsFor(calibration, type) },
      measureQuality,
      keepSource,
    });
    setStarting(false);
  }

  return (
    <>
      <SourceFactsLine source={source} preview={preview} />
      {proposal !== null && <p className={styles.why}>{proposalSentence(proposal.type, proposal.reason)}</p>}
      <TypeChoices
        choices={threeSizes(preview)}
        chosen={type}
        proposed={proposal?.type ?? null}
        current={current}
        onChoose={setChosen}
      />
      <Button
        look="quiet"
        className={styles.all}
        aria-expanded={isAllShown}
        aria-controls={allId}
        onClick={() => setAllShown(!isAllShown)}
      >
        <ChevronDown size={14} className={styles.chevron} />
        {t("All types")}
      </Button>
      <div id={allId} hidden={!isAllShown}>
        {isAllShown && (
          <TypeTable
            types={types}
            chosen={type}
            proposed={proposal?.type ?? null}
            current={current}
            onChoose={setChosen}
          />
        )}
      </div>
      <QuantizeOptions
        source={source}
        sourceType={sourceType}
        importedMatrix={preview.importedMatrix}
        type={type}
        calibration={calibration}
        onCalibration={onCalibration}
        measureQuality={measureQuality}
        onMeasureQuality={setMeasureQuality}
        keepSource={keepSource}
        onKeepSource={setKeepSource}
      />
      <footer className={styles.footer}>
        <p id={needId} data-problem={!need.enough || undefined}>
          {sentences(
            need.words,
            need.enough && source.kind === "hub" && !keepSource
              ? t("The {type} file is deleted when the new one works.", { type: sourceType })
              : null,
            need.enough ? null : t("Free {size} more.", { size: formatBytes(need.neededBytes - (diskFreeBytes ?? 0)) }),
          )}
        </p>
        {!need.enough && <Button onClick={askAgain}>{t("Look again")}</Button>}
        <Button
          look="primary"
          disabled={!need.enough || starting}
          aria-describedby={needId}
          onClick={() => void start()}
        >
          {source.kind === "hub" ? t("Download and quantize to {type}", { type }) : t("Quantize to {type}", { type })}
        </Button>
      </footer>
    </>
  );
}

function SourceFactsLine({
  source,
  preview: { source: facts },
}: {
  readonly source: QuantizeSource;
  readonly preview: QuantizePreview;
}) {
  return (
    <p className={styles.facts}>
      {[
        facts.weightType.toUpperCase(),
        formatBytes(facts.fileBytes),
        formatParameters(facts.parameters),
        facts.architecture,
        ...(source.kind === "hub"
          ? [t("on Hugging Face: {repository}", { repository: source.download.repository })]
          : []),
      ].map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}
