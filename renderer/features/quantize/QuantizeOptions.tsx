// How the new file is made: calibration and its text, measuring afterwards, and what becomes of a downloaded source.
import { FileText, X } from "lucide-react";
import { useId, useState } from "react";
import type { ImportedMatrix, QuantizeSource } from "../../../electron/contract/quantize";
import { isUsualStep, type QuantizationType } from "../../../electron/contract/quantizeRecipe";
import { callOrNotify } from "../../app/bridge";
import { formatBytes, formatCount } from "../../../electron/words/quantities";
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
        name="Calibrate"
        words={
          isUsualStep("calibrate", type)
            ? "Reads a text with the model and notes which weights matter most; they are rounded with more care. Done once for each model and kept."
            : `Notes which weights matter most by reading a text with the model. It changes next to nothing for ${type}.`
        }
        on={calibrated}
        onChange={(on) => onCalibration({ ...calibration, on })}
      >
        {calibrated && <CalibrationSource {...props} />}
      </Switch>
      <Switch
        name="Measure quality afterwards"
        words="Compares the new file with its source on a text that neither the model’s calibration nor you have seen: perplexity, KL divergence and speed."
        on={measureQuality}
        onChange={onMeasureQuality}
      />
      {source.kind === "hub" && (
        <Switch
          name={`Keep the ${sourceType} file`}
          words="It is needed to measure or to make other types later. Without it, the room is free again when the new file works."
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
          <legend className="visually-hidden">Calibrate with</legend>
          <label>
            <input
              type="radio"
              name={name}
              checked={from === "text"}
              onChange={() => onCalibration({ ...calibration, from: "text" })}
            />
            Facet’s text{ownText !== null && " and yours"}
          </label>
          <label>
            <input
              type="radio"
              name={name}
              checked={from === "imported"}
              onChange={() => onCalibration({ ...calibration, from: "imported" })}
            />
            Imported importance matrix <small>{matrixFacts(matrix)}</small>
          </label>
        </fieldset>
      )}
      {ownText !== null && from === "text" && (
        <p className={styles.text}>
          <FileText size={14} />
          <span>{ownText.fileName}</span>
          <small>{formatBytes(ownText.sizeBytes)}, beside Facet’s own text</small>
          <IconButton
            name={`Take ${ownText.fileName} away`}
            icon={<X size={14} />}
            onClick={() => onCalibration({ ...calibration, ownText: null })}
          />
        </p>
      )}
      <div className={styles.buttons}>
        {from === "text" && (
          <Button onClick={() => void chooseText()}>
            {ownText === null ? "Add your own text…" : "Choose another text…"}
          </Button>
        )}
        {source.kind === "installed" && <Button onClick={() => void importMatrix()}>Import a matrix…</Button>}
      </div>
    </div>
  );
}

function matrixFacts({ entries, chunks, datasets }: ImportedMatrix): string {
  return [`${formatCount(entries)} weights`, `${formatCount(chunks)} chunks`, ...datasets.slice(0, 2)].join(" · ");
}
