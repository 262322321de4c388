// What a model's file says of it, as words: what the model can do, its special tokens, its licence.
import type { FormatFacts, ModelFormat, SamplePrompt } from "../contract/modelFormat";
import type { ThinkingAbility } from "../contract/thinking";
import { licenceTitle } from "./modelTitle";

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
        ? { name, answer: "no", words: "The chat template does not mention it." }
        : { name, answer: "unknown", words: "The file has no working chat template." };
  return [
    hasSystemPrompt
      ? { name: "System prompt", answer: "yes", words: "It has a place of its own in the format." }
      : { name: "System prompt", answer: "no", words: "Facet puts it in front of the first message." },
    ability("Thinking", thinking !== null, thinking === null ? "" : thinkingWords(thinking)),
    ability("Tools", hasTools, "It can be given tools, and calls them."),
    ability("Documents", hasDocuments, "The chat template has a place for them. Facet does not use it yet."),
  ];
}

export function usesOwnTemplate({ source }: Pick<FormatFacts, "source">): boolean {
  return source === "template" || source === "named-template";
}

function thinkingWords({ canSwitch, isOnByDefault, efforts }: ThinkingAbility): string {
  const when = canSwitch
    ? `${isOnByDefault ? "On" : "Off"} by default; it can be switched ${isOnByDefault ? "off" : "on"}.`
    : isOnByDefault
      ? "It cannot be switched off."
      : "Off by default.";
  return efforts.length === 0 ? when : `${when} Effort: ${efforts.map(effortName).join(", ")}.`;
}

/** The template's own word, written like the others. */
export function effortName(effort: string): string {
  return effort.slice(0, 1).toUpperCase() + effort.slice(1);
}

/** For a key "tokenizer.ggml.…_token_id" of the file. */
export function tokenUseWords(use: string): string {
  const known: Readonly<Record<string, string>> = {
    bos: "Beginning of text (BOS)",
    eos: "End of text (EOS)",
    eot: "End of turn (EOT)",
    eom: "End of message (EOM)",
    unknown: "Unknown text",
    seperator: "Separator",
    padding: "Padding",
    cls: "Class",
    mask: "Mask",
    fim_pre: "Fill in the middle: before",
    fim_suf: "Fill in the middle: after",
    fim_mid: "Fill in the middle: gap",
  };
  return known[use] ?? use;
}

/** `atHub`: what Hugging Face said when the file was downloaded. */
export function licenceWords(inFile: string | null, atHub: string | null): string {
  if (inFile !== null) return licenceTitle(inFile);
  return atHub === null ? "Its file does not say" : `${licenceTitle(atHub)}, says Hugging Face; its file does not say`;
}

/** Where the template that is used is from. */
export function templateOriginWords({ source, name }: Pick<FormatFacts, "source" | "name">): string {
  switch (source) {
    case "template":
      return "From the model’s file.";
    case "named-template":
      return `From the model’s file, where it is called “${name}”.`;
    case "vocabulary":
      return `Facet’s own, for the ${name} format.`;
    case "general":
      return "Facet’s own, for any model.";
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
