// Why a model could not be loaded, or could not answer.
import { bytes, count } from "./detailNumbers";
import { amounts, named, tokenCounts, type FailureFacts } from "./failureFacts";
import { chatsSafe, fileUnchanged, messageKept, type FailureTable } from "./failureTable";
import { kindWord, otherKind } from "./fileKindWords";
import { t } from "./language";
import { sentences } from "./sentences";

const downloadAgain = () => t("Download it again, or choose another model.");

export const modelFileFailures = {
  "model-missing": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}” is no longer where it was.} other {There is no model to load.}}",
      facts,
    ),
    data: chatsSafe(),
    advice: t("Put the file back, or choose another model."),
  }),
  "model-unreadable": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} can’t be read.", facts),
      facts.reason,
    ),
    data: fileUnchanged(),
    advice: t("Check that you have permission to read the file and its folder, then try again."),
  }),
  "model-not-gguf": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} is not a GGUF model.", facts),
    data: fileUnchanged(),
    advice: t("Choose a file in the GGUF format."),
  }),
  "model-truncated": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} is incomplete.", facts),
      lengths(bytes(facts.details.fileBytes), bytes(facts.details.neededBytes)),
    ),
    data: fileUnchanged(),
    advice: downloadAgain(),
  }),
  "model-damaged": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} is damaged and can’t be loaded.", facts),
      facts.reason,
    ),
    data: fileUnchanged(),
    advice: downloadAgain(),
  }),
  "model-architecture-unknown": (facts) => ({
    happened: sentences(
      t(
        "{hasFile, select, yes {“{file}”} other {The model file}} is of a kind that this version of Facet can’t run.",
        facts,
      ),
      named(facts.details.architecture, (name) => t("Its architecture is “{name}”.", { name })),
    ),
    data: fileUnchanged(),
    advice: t("Choose another model."),
  }),
  "model-tokenizer-unknown": (facts) => ({
    happened: sentences(
      t(
        "{hasFile, select, yes {“{file}”} other {The model file}} splits text into tokens in a way that this version of Facet doesn’t know.",
        facts,
      ),
      named(facts.details.tokenizer, (name) => t("It is called “{name}”.", { name })),
    ),
    data: fileUnchanged(),
    advice: t("Choose another model, or install a newer version of Facet."),
  }),
  "model-vocabulary-unusable": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} can’t be loaded.", facts),
      facts.reason ?? t("Its vocabulary is wrong."),
    ),
    data: fileUnchanged(),
    advice: t("The mistake is in the file itself. Get a newer file of this model, or one from another publisher."),
  }),
  "model-needs-other-build": (facts) => ({
    happened: sentences(
      t(
        "{hasFile, select, yes {“{file}”} other {The model file}} has weights of a type that only other builds of llama.cpp can read.",
        facts,
      ),
      typeSentence(facts.details),
    ),
    data: fileUnchanged(),
    advice: t("Choose a file of this model in another quantization, such as Q4_K_M."),
  }),
  "model-ends-engine": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}”} other {The model file}} would crash the engine, as it did in a trial.",
      facts,
    ),
    data: fileUnchanged(),
    advice: t("Get a newer file of this model, or choose another model."),
  }),
  "model-ended-engine-twice": (facts) => ({
    happened: t(
      "The engine stopped twice while it loaded {hasFile, select, yes {“{file}”} other {the model file}} or began to answer. Facet no longer loads this model by itself.",
      facts,
    ),
    data: chatsSafe(),
    advice: t("Choose another model, or load this one again yourself: in the model menu, or with “Try again”."),
  }),
  "model-is-not-a-chat-model": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} is not a chat model.", facts),
      kindSentence(facts.details.kind),
    ),
    data: fileUnchanged(),
    advice: t("Choose a model made for conversation. Their names often include “Instruct” or “Chat”."),
  }),
  "model-too-large-for-memory": (facts) => ({
    happened: sentences(
      t("There is not enough memory for {hasFile, select, yes {“{file}”} other {the model file}}.", facts),
      amounts(facts.details),
    ),
    data: chatsSafe(),
    advice: t("Close other programs, or choose a smaller model."),
  }),
  "model-crashed-last-time": (facts) => ({
    happened: t(
      "Facet closed unexpectedly the last time it loaded {hasFile, select, yes {“{file}”} other {the model file}}, so it was not loaded now.",
      facts,
    ),
    data: chatsSafe(),
    advice: t("Try again, or choose another model."),
  }),
  "model-load-failed": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} couldn’t be loaded.", facts),
      amounts(facts.details),
    ),
    data: chatsSafe(),
    advice:
      facts.details.neededBytes === undefined
        ? t("Try again, or choose another model.")
        : t("Close other programs, choose a smaller context in the model’s load settings, or choose another model."),
  }),
  "chat-template-failed": () => ({
    happened: t("The model’s own chat template couldn’t be used."),
    data: messageKept(),
    advice: t("Choose another model, or another file of this one."),
  }),
  "message-longer-than-context": ({ details }) => ({
    happened: sentences(t("Your message is longer than the model can read at once."), tokenCounts(details)),
    data: messageKept(),
    advice: t("Shorten it, or choose a larger context in the model’s load settings."),
  }),
  "system-prompt-longer-than-context": ({ details }) => ({
    happened: sentences(t("The system prompt leaves no room for your message."), tokenCounts(details)),
    data: messageKept(),
    advice: t("Shorten the system prompt in the chat’s settings, then try again."),
  }),
  "structure-invalid": ({ reason, details: { kind } }) => ({
    happened: sentences(
      kind === "grammar"
        ? t("The grammar of this chat can’t be used.")
        : t("The JSON schema of this chat can’t be used."),
      reason,
    ),
    data: messageKept(),
    advice: t("Correct or remove it in the chat’s settings under Advanced, then try again."),
  }),
  "tools-longer-than-context": ({ details }) => ({
    happened: sentences(t("The list of tools leaves no room for your message."), tokenCounts(details)),
    data: messageKept(),
    advice: t("Remove tools in the chat’s settings, then try again."),
  }),
} satisfies FailureTable;

function lengths(size: string | undefined, needed: string | undefined): string | null {
  if (size === undefined || needed === undefined) return null;
  return t("It should be {needed} and is {size}.", { needed, size });
}

/** "It is an embedding model.", where there is a word for it. */
function kindSentence(kind: string | undefined): string | null {
  const known = otherKind(kind);
  return named((known === null ? kind : kindWord(known)) ?? undefined, (name) => t("Its kind: {name}.", { name }));
}

function typeSentence({ type, blockSize }: FailureFacts<"model-needs-other-build">["details"]): string | null {
  return named(type, (name) =>
    blockSize === undefined
      ? t("The type is {name}.", { name })
      : t("The type is {name}, in blocks of {size} weights.", { name, size: count(blockSize) }),
  );
}
