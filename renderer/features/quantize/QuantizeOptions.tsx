// How the new file is made: calibration and its text, measuring afterwards, and what becomes of a downloaded source.
import { FileText, X } from "lucide-react";
import { t } from "../../../electron/words/language";
import { useId, useState } from "react";
import type { ImportedMatrix, QuantizeSource } from "../../../electron/contract/quantize";
import { isUsualStep, type QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { callOrNotify } from "../../app/bridge";
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { Switch } from "../../ui/Switch";
import { type CalibrationChoice, isCalibrated } from "./calibrationChoice";
import styles from "./QuantizeOptions.module.css";

interface QuantizeOptionsProps {
  readonly source: QuantizeSource;
  /** "BF16". */
  readonly sourceType: string;
  readonly importedMatrix: ImportedMatrix | null;
  readonly type: QuantizationType;
  readonly calibration: CalibrationChoice;
  readonly onCalibration: (choice: CalibrationChoice) => void;
  readonly measureQuality: boolean;
  readonly onMeasureQuality: (on: boolean) => void;
  readonly keepSource: boolean;
  readonly onKeepSource: (on: boolean) => void;
}

export function QuantizeOptions(props: QuantizeOptionsProps) {
  const {
    source,
    sourceType,
    type,
    calibration,
    onCalibration,
    measureQuality,
    onMeasureQuality,
    keepSource,
    onKeepSource,
  } = props;
  const calibrated = isCalibrated(calibration, type);
  return (
    <div className={styles.options}>
      <Switch
        name={t("Calibrate")}
        words={
          isUsualStep("calibrate", type)
            ? t(
                "Reads a text with the model to find the weights that matter most, and rounds them with more care. Done once for each model and kept.",
              )
            : t(
                "Reads a text with the model to find the weights that matter most. It changes next to nothing for {type}.",
                { type },
              )
        }
        on={calibrated}
        onChange={(on) => onCalibration({ ...calibration, on })}
      >
        {calibrated && <CalibrationSource {...props} />}
      </Switch>
      <Switch
        name={t("Measure quality afterwards")}
        words={t(
          "Compares the new file with its source on a text not used to calibrate it: perplexity, KL divergence and speed.",
        )}
        on={measureQuality}
        onChange={onMeasureQuality}
      />
      {source.kind === "hub" && (
        <Switch
          name={t("Keep the {type} file", { type: sourceType })}
          words={t(
            "You need it to measure or to make other types later. If you don’t keep it, its space is freed once the new file works.",
          )}
          on={keepSource}
          onChange={onKeepSource}
        />
      )}
    </div>
  );
}

/** The text that comes with the app and the user's own, or a matrix that somebody else computed. */
function CalibrationSource({ source, importedMatrix, calibration, onCalibration }: QuantizeOptionsProps) {
  const [justImported, setJustImported] = useState<ImportedMatrix | null>(null);
  const name = useId();
  const matrix = justImported ?? importedMatrix;
  const { from, ownText } = calibration;

  async function chooseText(): Promise<void> {
    const text = await callOrNotify("quantize.chooseText", undefined);
    if (text !== null) onCalibration({ ...calibration, from: "text", ownText: text });
  }

  async function importMatrix(): Promise<void> {
    if (source.kind !== "installed") return;
    const imported = await callOrNotify("quantize.importMatrix", { modelId: source.modelId });
    if (imported === null) return;
    setJustImported(imported);
    onCalibration({ ...calibration, from: "imported" });
  }

  return (
    <div className={styles.calibration}>
      {matrix !== null && (
        <fieldset className={styles.choices}>
          <legend className="visually-hidden">{t("Calibrate with")}</legend>
          <label>
            <input
              type="radio"
              name={name}
              checked={from === "text"}
              onChange={() => onCalibration({ ...calibration, from: "text" })}
            />
            {ownText === null ? t("Facet’s text") : t("Facet’s text and yours")}
          </label>
          <label>
            <input
              type="radio"
              name={name}
              checked={from === "imported"}
              onChange={() => onCalibration({ ...calibration, from: "imported" })}
            />
            {t("Imported importance matrix")} <small>{matrixFacts(matrix)}</small>
          </label>
        </fieldset>
      )}
      {ownText !== null && from === "text" && (
        <p className={styles.text}>
          <FileText size={14} />
          <span>{ownText.fileName}</span>
          <small>{t("{size}, read in addition to Facet’s own text", { size: formatBytes(ownText.sizeBytes) })}</small>
          <IconButton
            name={t("Remove {name}", { name: ownText.fileName })}
            icon={<X size={14} />}
            onClick={() => onCalibration({ ...calibration, ownText: null })}
          />
        </p>
      )}
      <div className={styles.buttons}>
        {from === "text" && (
          <Button onClick={() => void chooseText()}>
            {ownText === null ? t("Add your own text…") : t("Choose another text…")}
          </Button>
        )}
        {source.kind === "installed" && <Button onClick={() => void importMatrix()}>{t("Import a matrix…")}</Button>}
      </div>
    </div>
  );
}

function matrixFacts({ entries, chunks, datasets }: ImportedMatrix): string {
  return [
    t("{count, plural, one {# weight} other {# weights}}", { count: entries }),
    t("{count, plural, one {# chunk} other {# chunks}}", { count: chunks }),
    ...datasets.slice(0, 2),
  ].join(" · ");
}
