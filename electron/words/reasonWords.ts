// Why something failed (contract/failureReasons.ts), each reason in one sentence.
import { FAILURE_REASONS, type Because, type FailureReason, type ReasonValues } from "../contract/failureReasons";
import { grammarReasons } from "./grammarReasons";
import { hasKey } from "./hasKey";
import { t } from "./language";
import { schemaReasons } from "./schemaReasons";

export type ReasonTable<Reason extends FailureReason> = {
  readonly [One in Reason]: (values: ReasonValues<One>) => string;
};

/** Does not compile while a reason has no sentence. */
const REASONS: ReasonTable<FailureReason> = {
  // Files and folders.
  "not-a-file": () => t("It is not a file."),
  "too-large": () => t("It is too large."),
  "too-short": () => t("It is too short."),
  "part-missing": () => t("A part of it is missing."),
  "read-takes-too-long": () => t("Reading it takes too long."),
  "no-permission-to-read": () => t("You don't have permission to read it."),
  "no-permission-to-write": () => t("You don't have permission to write to it."),
  "no-permission-to-write-there": () => t("You don't have permission to write there."),
  "no-folder-possible": () => t("No folder can be created there."),
  "read-only-disk": () => t("It is on a read-only disk."),
  "path-through-a-file": () => t("A part of its path is a file."),
  "came-back-changed": () => t("What was written there came back changed."),
  "files-of-this-size-impossible": () => t("Its disk can't store files of this size."),
  "models-already-there": () => t("The models are already there."),
  "inside-models-folder": () => t("It is inside the models folder itself."),
  "not-empty": () => t("It is not empty."),
  "held-by-another-program": () => t("Another program is using a file there."),
  "link-impossible": () => t("No link to it can be made, as with network drives on Windows."),
  // Models.
  "type-not-computable": (values) =>
    t("Its part {part} has the type {type}, which llama.cpp can't compute with.", values),
  "value-impossible": (values) => t("Its value {name} is impossible.", values),
  "head-size-wrong": () => t("The size of its attention heads is wrong."),
  // Vocabularies.
  "tokenizer-unnamed": () => t("Its tokenizer has no name."),
  "tokenizer-without-text": (values) => t("Its tokenizer, “{tokenizer}”, is for models that don't write text.", values),
  "tokenizer-cuts-otherwise": () => t("Its tokenizer doesn't match the way it splits text into words."),
  "vocabulary-empty": () => t("Its vocabulary is empty, or is not a list of texts."),
  "sizes-differ": (values) => t("It has {tokens} tokens, and weights for {weights}.", values),
  "scores-differ": () => t("Its tokens and their scores don't match."),
  "types-differ": () => t("Its tokens and their types don't match."),
  "merges-missing": () => t("Its tokenizer needs a list of merges, and there is none."),
  "suppressed-tokens-invalid": () => t("Its list of suppressed tokens is not valid."),
  "value-not-a-token": (values) => t("Its value {name} is not the number of a token.", values),
  "token-too-long": (values) => t("Token {token} of its vocabulary has {length} bytes.", values),
  "token-twice": (values) => t("Its vocabulary has the token “{text}” twice ({first} and {second}).", values),
  "byte-token-empty": (values) => t("Token {token} of its vocabulary stands for a byte but names none.", values),
  "bytes-missing": (values) => t("Its vocabulary has no tokens for {count} of the bytes that text is made of.", values),
  "damaged-text": () => t("Its tokens don't match its tokenizer: most of them would be read as damaged text."),
  "blanks-missing": () => t("Its tokens don't match its tokenizer: none of them has a space."),
  "tokens-too-long": () => t("The tokens of its vocabulary are too long for its tokenizer."),
  // Adapters and deltas.
  "whole-model": () => t("It is a whole model."),
  "not-a-gguf-file": () => t("It is not a GGUF file."),
  "changes-nothing": () => t("It changes nothing."),
  "other-type": ({ type }) => t("Its type is “{kind}”.", { kind: type }),
  "after-certain-words": () => t("It works only after certain words (aLoRA)."),
  "architecture-missing": () => t("It doesn't say what kind of model it was made for."),
  "alpha-not-a-number": () => t("Its strength (alpha) is not a number."),
  "replaces-part": (values) => t("It replaces {part}, which no adapter can do.", values),
  "changes-unsupported-part": (values) => t("It changes {part}, which llama.cpp can't do with an adapter.", values),
  "weights-of-type": (values) => t("Its weights have the type {type}.", values),
  "weights-of-unknown-type": (values) => t("Its weights have a type that Facet doesn't know ({type}).", values),
  "half-missing": (values) => t("One half of {part} is missing.", values),
  "halves-differ": (values) => t("The two halves of {part} don't match.", values),
  "entry-wrong": (values) => t("This part of it is wrong: {name}.", values),
  "changes-tied-embeddings": () => t("It changes the token embeddings, which this model also uses for its output."),
  "trained-further": () => t("The loaded model was made from that one by further training."),
  "is-the-fine-tune": () => t("The loaded model is the fine-tune itself, which needs no delta."),
  "not-json": () => t("It is not valid JSON."),
  "not-safetensors": () => t("It is not a safetensors file."),
  "too-many-parts": () => t("It has too many parts."),
  "parts-overlap": () => t("There are overlaps or gaps between its parts."),
  "goes-on-after-its-end": () => t("It continues after its end."),
  "contents-unreadable": () => t("Its list of contents can't be read."),
  "pattern-unusable": () => t("One of its patterns can't be used."),
  "part-twice": (values) => t("It has this part twice: {part}.", values),
  "changed-twice": () => t("It changes a part of the model twice."),
  "rank-differs": (values) => t("The rank of {part} is not the one in its configuration.", values),
  "part-of-unreadable-type": (values) => t("{part} has the type {type}, which Facet can't read.", values),
  "size-wrong": (values) => t("The size of {part} is wrong.", values),
  // What answers are to follow.
  ...schemaReasons,
  ...grammarReasons,
  "no-token-fits": () => t("The answer came to a point where no token fits."),
};

/** The sentence for a reason that was given here. */
export function becauseWords(because: Because): string {
  // The reason says which values come with it, and the table takes the same.
  const say = REASONS[because.reason] as (values: Because) => string;
  return say(because);
}

/** The reason in a failure's details, which may come from another version; null where there is none. */
export function reasonWords(details: Readonly<Record<string, string>>): string | null {
  const { reason } = details;
  if (reason === undefined) return null;
  if (!hasKey<FailureReason>(FAILURE_REASONS, reason)) return ended(reason);
  const isWhole = FAILURE_REASONS[reason].every((name) => details[name] !== undefined);
  return isWhole ? becauseWords(details as Because) : null;
}

/** Earlier versions stored reasons in English: with a capital, and with a full stop where it has none. */
function ended(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.?]$/u.test(begun) ? begun : `${begun}.`;
}
