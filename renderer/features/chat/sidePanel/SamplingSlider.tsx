// One sampling setting: slider and number, and the way back to the model's own value.
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { Slider } from "../../../ui/Slider";
import { Tooltip } from "../../../ui/Tooltip";
import { NumberField } from "./NumberField";
import { parseFieldValue, type SamplingField } from "./samplingFields";
import styles from "./SamplingSlider.module.css";
import { t } from "../../../../electron/words/language";
import { formatNumber } from "../../../../electron/words/quantities";

interface SamplingSliderProps {
  readonly field: SamplingField;
  /** Undefined = follows the model. */
  readonly value: number | undefined;
  readonly defaultValue: number;
  readonly onChange: (value: number | undefined) => void;
}

export function SamplingSlider({ field, value, defaultValue, onChange }: SamplingSliderProps) {
  const hintId = useId();
  const name = field.name();
  const shown = value ?? defaultValue;
  const max = field.sliderMax ?? field.max;

  return (
    <div className={styles.field}>
      <div className={styles.line}>
        <Tooltip text={field.hint()} side="left">
          <span className={styles.name}>{name}</span>
        </Tooltip>
        {value === undefined ? (
          <span className={styles.source}>{t("default")}</span>
        ) : (
          <button
            type="button"
            className={styles.reset}
            aria-label={t("Reset {name} to {value}, the model’s default", { name, value: formatNumber(defaultValue) })}
            onClick={() => onChange(undefined)}
          >
            <RotateCcw size={12} />
            {formatNumber(defaultValue)}
          </button>
        )}
        <NumberField label={name} value={shown} parse={(text) => parseFieldValue(text, field)} onChange={onChange} />
      </div>
      {/* The user's own value is in colour; what follows the model is grey. */}
      <Slider
        label={t("{name} slider", { name })}
        aria-describedby={hintId}
        min={field.min}
        max={max}
        step={field.step}
        value={Math.min(shown, max)}
        muted={value === undefined}
        onChange={onChange}
      />
      <span id={hintId} className="visually-hidden">
        {field.hint()}
      </span>
    </div>
  );
}
