// The numbers that a chat can be given, by their names as options and after /set.
import { ChatSettings, Sampling } from "../../../contract/sampling";
import { t } from "../../../words/language";
import { CommandError, EXIT } from "../CommandError";

export interface ChatNumber {
  /** "top-p" */
  name: string;
  /** What it does, for help. */
  description: () => string;
  read(settings: ChatSettings): number | undefined;
  /** undefined: as the model has it. Throws a CommandError for numbers that it cannot be. */
  change(settings: ChatSettings, text: string | undefined): ChatSettings;
}

const samplingNumber = (field: keyof Sampling, description: () => string): ChatNumber => {
  const name = field.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return {
    name,
    description,
    read: ({ sampling }) => sampling[field],
    change({ sampling: { [field]: _before, ...sampling }, ...settings }, text) {
      if (text === undefined) return { ...settings, sampling };
      return { ...settings, sampling: { ...sampling, [field]: numberOf(text, name, Sampling.shape[field]) } };
    },
  };
};

const ownNumber = (field: "seed" | "maxTokens", name: string, description: () => string): ChatNumber => ({
  name,
  description,
  read: ({ [field]: value }) => value,
  change({ [field]: _before, ...settings }, text) {
    if (text === undefined) return settings;
    return { ...settings, [field]: numberOf(text, name, ChatSettings.shape[field].unwrap()) };
  },
});

export const CHAT_NUMBERS: readonly ChatNumber[] = [
  samplingNumber("temperature", () => t("how freely the next word is chosen; 0 = always the likeliest")),
  samplingNumber("topP", () => t("choose among the likeliest words that together have this probability")),
  samplingNumber("topK", () => t("choose among this many of the likeliest words; 0 = all")),
  samplingNumber("minP", () => t("leave out words less likely than this share of the likeliest")),
  samplingNumber("repeatPenalty", () => t("make words that were just used less likely; 1 = off")),
  ownNumber("seed", "seed", () => t("the same seed gives the same answer again")),
  ownNumber("maxTokens", "max-tokens", () => t("longest answer, in tokens")),
];

interface NumberSchema {
  safeParse(value: unknown): { success: boolean };
  readonly minValue: number | null;
  readonly maxValue: number | null;
}

function numberOf(text: string, name: string, schema: NumberSchema): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!schema.safeParse(value).success)
    throw new CommandError(
      t("{name} cannot be “{text}”: it is a number from {min} to {max}.", {
        name,
        text,
        min: String(schema.minValue ?? 0),
        max: String(schema.maxValue ?? 0),
      }),
      EXIT.wrongUse,
    );
  return value;
}
