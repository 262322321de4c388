// Why a fine-tune was not used.
import { amounts, named, type FailureFacts } from "./failureFacts";
import {
  chatsSafe,
  fileUnchanged,
  messageKept,
  nothingChanged,
  type FailureTable,
  type FailureText,
} from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

const another = () => t("Choose another fine-tune.");
const itsModel = () => t("Load the model that it was made for, or choose another fine-tune.");
const newFile = () => t("Get the file again, or choose another fine-tune.");

export const deltaFailures = {
  "delta-missing": (facts) => ({
    happened: t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} is no longer on this computer.", facts),
    data: chatsSafe(),
    advice: t("Choose another fine-tune, or add its file again."),
  }),
  "delta-deleted": (facts) => ({
    happened: t(
      "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} was removed from this computer before it could answer.",
      facts,
    ),
    data: t("Your message is kept in the chat, without an answer."),
    advice: t("Choose another fine-tune or the base model and try again, or add its file again."),
  }),
  "delta-changed": (facts) => ({
    happened: t(
      "Another program changed the file of {hasDelta, select, yes {“{delta}”} other {the fine-tune}}, so it was not used.",
      facts,
    ),
    data: chatsSafe(),
    advice: t("Delete this fine-tune and add its file again."),
  }),
  "delta-not-an-adapter": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The file}} is not a fine-tune that can be added to a model.", facts),
      facts.reason,
    ),
    data: nothingChanged(),
    advice: t("Choose a GGUF file with a LoRA or a 1-bit delta."),
  }),
  "delta-kind-unsupported": (facts) => ({
    happened: sentences(
      t(
        "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} changes a model in a way that this version of Facet doesn’t support.",
        facts,
      ),
      facts.reason,
    ),
    data: nothingChanged(),
    advice: another(),
  }),
  "delta-damaged": (facts) => ({
    happened: sentences(
      t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} is damaged and was not used.", facts),
      facts.reason,
    ),
    data: nothingChanged(),
    advice: newFile(),
  }),
  "delta-compact": (facts) => ({
    happened: t(
      "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} is in the compact form, which has to be expanded first.",
      facts,
    ),
    data: nothingChanged(),
    advice: t("Add its file again. Facet then expands it."),
  }),
  "delta-not-one-bit": (facts) => ({
    happened: t(
      "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} is a LoRA, and only 1-bit fine-tunes have a compact form.",
      facts,
    ),
    data: nothingChanged(),
    advice: t("Use it as it is. A LoRA is already small."),
  }),
  "delta-other-architecture": (facts) => ({
    happened: sentences(
      t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} was made for another kind of model.", facts),
      architectures(facts),
    ),
    data: nothingChanged(),
    advice: itsModel(),
  }),
  "delta-shapes-differ": (facts) => ({
    happened: sentences(
      t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} was made for a model of another size.", facts),
      named(facts.details.tensor, (part) => t("This part of it doesn’t fit: {part}.", { part })),
    ),
    data: nothingChanged(),
    advice: itsModel(),
  }),
  "delta-other-base": (facts) => ({
    happened: sentences(
      facts.details.base === undefined
        ? t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} was made for another model.", facts)
        : t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} was made for another model, “{base}”.", {
            ...facts,
            base: facts.details.base,
          }),
      facts.reason ?? t("With this model it would only write nonsense."),
    ),
    data: nothingChanged(),
    advice: itsModel(),
  }),
  "delta-weights-not-finite": (facts) => ({
    happened: sentences(
      t(
        "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} has weights that are not valid numbers, so it was not used.",
        facts,
      ),
      named(facts.details.tensor, (part) => t("They are in {part}.", { part })),
    ),
    data: nothingChanged(),
    advice: newFile(),
  }),
  "delta-alpha-invalid": alphaText,
  "delta-too-large-for-memory": (facts) => ({
    happened: sentences(
      t(
        "There is not enough memory for {hasDelta, select, yes {“{delta}”} other {the fine-tune}} beside the model.",
        facts,
      ),
      amounts(facts.details),
    ),
    data: messageKept(),
    advice: t("Close other programs, use fewer fine-tunes at once, or load a smaller model."),
  }),
  "delta-crashed-last-time": (facts) => ({
    happened: t(
      "The engine stopped unexpectedly the last time it loaded {hasDelta, select, yes {“{delta}”} other {the fine-tune}}, so it was not used now.",
      facts,
    ),
    data: chatsSafe(),
    advice: t("Choose it again to try once more, or choose another fine-tune."),
  }),
  "delta-load-failed": (facts) => ({
    happened: t("{hasDelta, select, yes {“{delta}”} other {The fine-tune}} couldn’t be loaded.", facts),
    data: messageKept(),
    advice: t("Try again, or choose another fine-tune."),
  }),
  "delta-not-moved-to-trash": (facts) => ({
    happened: t(
      "The file of {hasDelta, select, yes {“{delta}”} other {the fine-tune}} couldn’t be moved to the trash.",
      facts,
    ),
    data: fileUnchanged(),
    advice: t("Close programs that use it, then try again."),
  }),
  "delta-already-here": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}”} other {The file}} is the same as {hasDelta, select, yes {“{delta}”} other {a fine-tune}}, which is already in your library.",
      facts,
    ),
    data: fileUnchanged(),
    advice: t("You can leave the file where it is, or delete it from the folder “deltas” in Facet’s data folder."),
  }),
} satisfies FailureTable;

function architectures({
  details: { architecture, modelArchitecture },
}: FailureFacts<"delta-other-architecture">): string | null {
  if (architecture === undefined || modelArchitecture === undefined) return null;
  return t("Its architecture is “{architecture}”, and the model’s is “{modelArchitecture}”.", {
    architecture,
    modelArchitecture,
  });
}

/** An adapter's change is multiplied by its alpha; mlx-lm calls it scale. */
function alphaText(facts: FailureFacts<"delta-alpha-invalid">): FailureText {
  const { alpha = "", rank, setting = "alpha" } = facts.details;
  const data = nothingChanged();
  const values = { ...facts, alpha, setting, rank: rank ?? "" };
  if (alpha !== "" && Number(alpha) === 0) {
    return {
      happened: t(
        "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} has a strength ({setting}) of 0, so it would change nothing.",
        values,
      ),
      data,
      advice: t(
        "If you know the {setting} it was trained with, write it into its adapter_config.json. Otherwise choose another fine-tune.",
        values,
      ),
    };
  }
  if (Number.isNaN(Number(alpha)))
    return {
      happened: t(
        "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} has a strength ({setting}) that is not a number.",
        values,
      ),
      data,
      advice: another(),
    };
  const happened =
    Number(alpha) < 0
      ? t(
          "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} has a strength ({setting}) below 0, which would reverse what it learned.",
          values,
        )
      : t(
          "{hasDelta, select, yes {“{delta}”} other {The fine-tune}} has so high a strength ({setting}) that every answer would be nonsense.",
          values,
        );
  return { happened: sentences(happened, strength(alpha, rank)), data, advice: another() };
}

function strength(alpha: string, rank: string | undefined): string | null {
  if (alpha === "") return null;
  return rank === undefined ? t("It is {alpha}.", { alpha }) : t("It is {alpha} at rank {rank}.", { alpha, rank });
}
