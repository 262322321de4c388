// What a model's file says of it, as words: what the model can do, its special tokens, its licence.
import type { FormatFacts, ModelFormat, SamplePrompt } from "../contract/modelFormat";
import type { ThinkingAbility } from "../contract/thinking";
import { licenceTitle } from "./modelTitle";
import { hasKey } from "./hasKey";
import { t } from "./language";
import { formatList } from "./quantities";
import { sentences } from "./sentences";

export interface Ability {
  readonly name: string;
  /** "unknown": only the file's own template could tell. */
  readonly answer: "yes" | "no" | "unknown";
  /** One sentence after the answer; null where there is no more to say. */
  readonly words: string | null;
}

type Format = Pick<ModelFormat, "source" | "thinking" | "hasTools" | "hasDocuments" | "hasSystemPrompt">;

/** Only what the file says: a format that Facet uses in place of the file's template tells nothing of the model. */
export function abilities(format: Format): readonly Ability[] {
  const { thinking, hasTools, hasDocuments, hasSystemPrompt } = format;
  const ability = (name: string, has: boolean, words: string): Ability =>
    has
      ? { name, answer: "yes", words }
      : usesOwnTemplate(format)
        ? { name, answer: "no", words: t("The chat template does not mention it.") }
        : { name, answer: "unknown", words: t("The file has no working chat template.") };
  return [
    hasSystemPrompt
      ? { name: t("System prompt"), answer: "yes", words: t("It has a place of its own in the format.") }
      : { name: t("System prompt"), answer: "no", words: t("Facet puts it before the first message.") },
    ability(t("Thinking"), thinking !== null, thinking === null ? "" : thinkingWords(thinking)),
    ability(t("Tools"), hasTools, t("It can be given tools and calls them.")),
    ability(t("Documents"), hasDocuments, t("The chat template has a place for them. Facet does not use it yet.")),
  ];
}

export function usesOwnTemplate({ source }: Pick<FormatFacts, "source">): boolean {
  return source === "template" || source === "named-template";
}

function thinkingWords({ canSwitch, isOnByDefault, efforts }: ThinkingAbility): string {
  const when = canSwitch
    ? isOnByDefault
      ? t("On by default; it can be switched off.")
      : t("Off by default; it can be switched on.")
    : isOnByDefault
      ? t("It can’t be switched off.")
      : t("Off by default.");
  return sentences(
    when,
    efforts.length === 0 ? null : t("Effort: {efforts}.", { efforts: formatList(efforts.map(effortName), "or") }),
  );
}

const EFFORTS: Readonly<Record<string, () => string>> = {
  minimal: () => t("Minimal@@effort"),
  low: () => t("Low@@effort"),
  medium: () => t("Medium@@effort"),
  high: () => t("High@@effort"),
};

/** Of the template's own words, those that are usual; others are written like them. */
export function effortName(effort: string): string {
  const known = hasKey(EFFORTS, effort) ? EFFORTS[effort] : undefined;
  return known?.() ?? effort.slice(0, 1).toUpperCase() + effort.slice(1);
}

const TOKEN_USES: Readonly<Record<string, () => string>> = {
  bos: () => t("Beginning of text (BOS)"),
  eos: () => t("End of text (EOS)"),
  eot: () => t("End of turn (EOT)"),
  eom: () => t("End of message (EOM)"),
  unknown: () => t("Unknown text"),
  seperator: () => t("Separator"),
  padding: () => t("Padding"),
  cls: () => t("Class"),
  mask: () => t("Mask"),
  fim_pre: () => t("Fill in the middle: before"),
  fim_suf: () => t("Fill in the middle: after"),
  fim_mid: () => t("Fill in the middle: gap"),
};

/** For a key "tokenizer.ggml.…_token_id" of the file. */
export function tokenUseWords(use: string): string {
  const known = hasKey(TOKEN_USES, use) ? TOKEN_USES[use] : undefined;
  return known?.() ?? use;
}

/** `atHub`: what Hugging Face said when the file was downloaded. */
export function licenceWords(inFile: string | null, atHub: string | null): string {
  if (inFile !== null) return licenceTitle(inFile);
  return atHub === null
    ? t("Its file does not say")
    : t("{licence}, says Hugging Face; its file does not say", { licence: licenceTitle(atHub) });
}

/** Where the template that is used is from. */
export function templateOriginWords({ source, name }: Pick<FormatFacts, "source" | "name">): string {
  switch (source) {
    case "template":
      return t("From the model’s file.");
    case "named-template":
      return t("From the model’s file, where it is called “{name}”.", { name });
    case "vocabulary":
      return t("Facet’s own, for the {name} format.", { name });
    case "general":
      return t("Facet’s own, for any model.");
  }
}

export interface SampleChoice {
  readonly isThinkingOn: boolean | null;
  readonly hasTool: boolean;
}

/** The sample for this choice; of those there are, the nearest. Null: there is none. */
export function chooseSample(samples: readonly SamplePrompt[], choice: SampleChoice): SamplePrompt | null {
  const likeness = (sample: SamplePrompt) =>
    (sample.hasTool === choice.hasTool ? 2 : 0) + (sample.isThinkingOn === choice.isThinkingOn ? 1 : 0);
  return samples.reduce<SamplePrompt | null>(
    (best, sample) => (best === null || likeness(sample) > likeness(best) ? sample : best),
    null,
  );
}
