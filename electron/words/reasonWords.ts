// The reasons that failures carry (details.reason), said in the user's language. The part that fails writes them in English, for the
// logs too; what is not in these tables is said as it was written.
import { hasKey } from "./hasKey";
import { t } from "./language";

const REASONS: Readonly<Record<string, () => string>> = {
  // Files and folders.
  "it is not a file": () => t("It is not a file."),
  "it is too large": () => t("It is too large."),
  "it is too short": () => t("It is too short."),
  "a part of it is missing": () => t("A part of it is missing."),
  "reading it takes too long": () => t("Reading it takes too long."),
  "this account may not read it": () => t("You don't have permission to read it."),
  "this account may not write there": () => t("You don't have permission to write there."),
  "Nothing can be written to it.": () => t("You don't have permission to write to it."),
  "what was written there came back changed": () => t("What was written there came back changed."),
  "its disk cannot store files of this size": () => t("Its disk can't store files of this size."),
  "This account may not write there.": () => t("You don't have permission to write there."),
  "It lies on a read-only disk.": () => t("It is on a read-only disk."),
  "A part of its path is a file.": () => t("A part of its path is a file."),
  "the models are there already": () => t("The models are already there."),
  "it lies inside the models folder itself": () => t("It is inside the models folder itself."),
  "it holds something already": () => t("It is not empty."),
  // Adapters and deltas.
  "it works only after certain words (aLoRA)": () => t("It works only after certain words (aLoRA)."),
  "it does not say for what kind of model it was made": () => t("It doesn't say what kind of model it was made for."),
  "its strength (alpha) is no number": () => t("Its strength (alpha) is not a number."),
  "it changes the token embeddings, which this model uses for its output too": () =>
    t("It changes the token embeddings, which this model also uses for its output."),
  "one of its patterns cannot be used": () => t("One of its patterns can't be used."),
  "the size of its attention heads is wrong": () => t("The size of its attention heads is wrong."),
  "it is no JSON": () => t("It is not valid JSON."),
  "it is no safetensors file": () => t("It is not a safetensors file."),
  "it has too many parts": () => t("It has too many parts."),
  "its parts overlap, or lie apart": () => t("There are overlaps or gaps between its parts."),
  "it goes on after its end": () => t("It continues after its end."),
  "its list of contents cannot be read": () => t("Its list of contents can't be read."),
  "it changes a part of the model twice": () => t("It changes a part of the model twice."),
  "it changes nothing": () => t("It changes nothing."),
  "this one was made from it by further training": () =>
    t("The loaded model was made from that one by further training."),
  "this one is the fine-tune itself, which needs no delta": () =>
    t("The loaded model is the fine-tune itself, which needs no delta."),
  // Chat templates.
  "it writes too much": () => t("It writes too much."),
  "it takes too long for a chat of this length": () => t("It takes too long for a chat of this length."),
  // Vocabularies.
  "the list of its tokens' scores is not that of its tokens": () => t("Its tokens and their scores don't match."),
  "the list of its tokens' types is not that of its tokens": () => t("Its tokens and their types don't match."),
  "its tokenizer needs a list of merges, and it has none": () =>
    t("Its tokenizer needs a list of merges, and there is none."),
  "its list of suppressed tokens is none": () => t("Its list of suppressed tokens is not valid."),
  "its tokens are not those of its tokenizer: most of them would be read as damaged text": () =>
    t("Its tokens don't match its tokenizer: most of them would be read as damaged text."),
};

/** With the names and numbers that differ. */
const PATTERNS: readonly (readonly [pattern: RegExp, say: (first: string, second: string) => string])[] = [
  [
    /^its part (.+) is of the type (.+), with which llama\.cpp cannot compute$/u,
    (part, type) => t("Its part {part} has the type {type}, which llama.cpp can't compute with.", { part, type }),
  ],
  [/^its value (.+) is impossible$/u, (name) => t("Its value {name} is impossible.", { name })],
  [
    /^its weights are of a type that Facet does not know \((.*)\)$/u,
    (type) => t("Its weights have a type that Facet doesn't know ({type}).", { type }),
  ],
  [/^its weights are of the type (.+)$/u, (type) => t("Its weights have the type {type}.", { type })],
  [/^it is of the type (.+)$/u, (type) => t("Its type is “{kind}”.", { kind: type })],
  [/^it replaces (.+), which no adapter can$/u, (part) => t("It replaces {part}, which no adapter can do.", { part })],
  [
    /^it changes (.+), which no adapter of llama\.cpp can$/u,
    (part) => t("It changes {part}, which llama.cpp can't do with an adapter.", { part }),
  ],
  [/^one half of (.+) is missing$/u, (part) => t("One half of {part} is missing.", { part })],
  [/^the two halves of (.+) do not go together$/u, (part) => t("The two halves of {part} don't match.", { part })],
  [/^it has two tensors for one part, (.+)$/u, (part) => t("It has this part twice: {part}.", { part })],
  [
    /^the rank of (.+) is not the one that its configuration says$/u,
    (part) => t("The rank of {part} is not the one in its configuration.", { part }),
  ],
  [
    /^(.+) is of the type (.+), which Facet does not read$/u,
    (part, type) => t("{part} has the type {type}, which Facet can't read.", { part, type }),
  ],
  [/^the size of (.+) is wrong$/u, (part) => t("The size of {part} is wrong.", { part })],
  [/^its (?:entry )?(.+) is wrong$/u, (name) => t("This part of it is wrong: {name}.", { name })],
  [
    /^its vocabulary has the token “(.*)” twice \((.+)\)$/u,
    (token, places) => t("Its vocabulary has the token “{token}” twice ({places}).", { token, places }),
  ],
  [
    /^its vocabulary lacks tokens for (\d+) of the bytes that text is made of/u,
    (count) => t("Its vocabulary has no tokens for {count} of the bytes that text is made of.", { count }),
  ],
  [
    /^token (\d+) of its vocabulary has (\d+) bytes$/u,
    (token, length) => t("Token {token} of its vocabulary has {length} bytes.", { token, length }),
  ],
  [
    /^token (\d+) of its vocabulary stands for a byte, and names none$/u,
    (token) => t("Token {token} of its vocabulary stands for a byte but names none.", { token }),
  ],
  [/^its value (.+) is no token's number$/u, (name) => t("Its value {name} is not the number of a token.", { name })],
  [
    /^it has (\d+) tokens, and weights for (\d+)$/u,
    (tokens, weights) => t("It has {tokens} tokens, and weights for {weights}.", { tokens, weights }),
  ],
];

/** A sentence in the user's language; null for a reason that is not known. */
export function reasonWords(reason: string): string | null {
  const known = hasKey(REASONS, reason) ? REASONS[reason] : undefined;
  if (known !== undefined) return known();
  for (const [pattern, say] of PATTERNS) {
    const found = pattern.exec(reason);
    if (found !== null) return say(found[1] ?? "", found[2] ?? "");
  }
  return null;
}
