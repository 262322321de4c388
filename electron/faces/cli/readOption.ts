// The values of options and arguments that are no free text.
import { Option, type Argument } from "commander";
import { t } from "../../words/language";
import { formatCount } from "../../words/quantities";
import { CommandError, EXIT } from "./CommandError";

/** Reads a whole number; `option`: its name, "--limit". */
export function wholeNumber(option: string, { min, max }: { min: number; max: number }): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new CommandError(
      t("{option} cannot be “{text}”: it is a whole number from {min} to {max}.", {
        option,
        text,
        min: formatCount(min),
        max: formatCount(max),
      }),
      EXIT.wrongUse,
    );
  };
}

/** An option or argument with one of these values. */
export function withChoices<Chosen extends Option | Argument>(chosen: Chosen, values: readonly string[]): Chosen {
  const name = chosen instanceof Option ? (chosen.long ?? chosen.flags) : `<${chosen.name()}>`;
  chosen.choices(values);
  // In place of commander's own refusal.
  chosen.argParser((text: string) => {
    if (values.includes(text)) return text;
    throw new CommandError(
      t("{option} cannot be “{text}”. It is one of: {values}.", { option: name, text, values: values.join(", ") }),
      EXIT.wrongUse,
    );
  });
  return chosen;
}
