// A slider over numbers: the browser's own range input in our look, filled up to its thumb.
import type { ComponentProps } from "react";
import { formatNumber } from "../../electron/words/quantities";
import styles from "./Slider.module.css";

interface SliderProps extends Omit<ComponentProps<"input">, "type" | "min" | "max" | "step" | "value" | "onChange"> {
  /** Its name for screen readers; the visible words stand elsewhere. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** Grey: the value is not the user's own but followed from somewhere. */
  readonly muted?: boolean;
  readonly onChange: (value: number) => void;
}

export function Slider({ label, min, max, step, value, muted = false, className, onChange, ...rest }: SliderProps) {
  const filled = max === min ? 0 : (Math.min(max, Math.max(min, value)) - min) / (max - min);
  return (
    <input
      type="range"
      className={className === undefined ? styles.slider : `${styles.slider} ${className}`}
      aria-label={label}
      data-muted={muted || undefined}
      min={min}
      max={max}
      step={step}
      value={value}
      aria-valuetext={formatNumber(value)}
      style={{ "--filled": `${filled * 100}%` }}
      onChange={({ target }) => onChange(target.valueAsNumber)}
      {...rest}
    />
  );
}
