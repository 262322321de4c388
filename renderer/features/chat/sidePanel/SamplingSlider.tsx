// One sampling setting: slider and number, and the way back to the model's own value.
import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { Tooltip } from "../../../ui/Tooltip";
import { NumberField } from "./NumberField";
import { parseFieldValue, type SamplingField } from "./samplingFields";
import styles from "./SamplingSlider.module.css";

interface SamplingSliderProps {
  readonly field: SamplingField;
  /** Undefined = follows the model. */
  readonly value: number | undefined;
  readonly defaultValue: number;
  readonly onChange: (value: number | undefined) => void;
}

export function SamplingSlider({ field, value, defaultValue, onChange }: SamplingSliderProps) {
  const hintId = useId();
  const shown = value ?? defaultValue;
  const max = field.sliderMax ?? field.max;
  const filled = `${((Math.min(shown, max) - field.min) / (max - field.min)) * 100}%`;

  return (
    <div className={styles.field} data-own={value === undefined ? undefined : ""}>
      <div className={styles.line}>
        <Tooltip text={field.hint} side="left">
          <span className={styles.name}>{field.name}</span>
        </Tooltip>
        {value === undefined ? (
          <span className={styles.source}>default</span>
        ) : (
          <button
            type="button"
            className={styles.reset}
            aria-label={`Reset ${field.name} to ${defaultValue}, the model's value`}
            onClick={() => onChange(undefined)}
          >
            <RotateCcw size={12} />
            {defaultValue}
          </button>
        )}
        <NumberField
          label={field.name}
          value={shown}
          parse={(text) => parseFieldValue(text, field)}
          onChange={onChange}
        />
      </div>
      <input
        type="range"
        className={styles.slider}
        aria-label={`${field.name} slider`}
        aria-describedby={hintId}
        min={field.min}
        max={max}
        step={field.step}
        value={Math.min(shown, max)}
        style={{ "--filled": filled }}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <span id={hintId} className="visually-hidden">
        {field.hint}
      </span>
    </div>
  );
}
