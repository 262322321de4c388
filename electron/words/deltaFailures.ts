// Why a fine-tune was not used.
import { amounts, lower, type FailureDetails } from "./failureFacts";
import { CHATS_SAFE, FILE_UNTOUCHED, NOTHING_CHANGED, type FailureTable, type FailureText } from "./failureTable";

export const deltaFailures = {
  "delta-missing": ({ delta }) => ({
    happened: `${delta} is not on this computer any more.`,
    data: CHATS_SAFE,
    advice: "Choose another fine-tune, or add its file again.",
  }),
  "delta-deleted": ({ delta }) => ({
    happened: `${delta} was removed from this computer before it could answer.`,
    data: "Your message is kept in the chat, without an answer.",
    advice: "Choose another fine-tune or the base model, then try again; or add its file again.",
  }),
  "delta-changed": ({ delta }) => ({
    happened: `The file of ${lower(delta)} was changed by another program, so it was not used.`,
    data: CHATS_SAFE,
    advice: "Delete this fine-tune and add its file again.",
  }),
  "delta-not-an-adapter": ({ file, details: { kind } }) => ({
    happened: `${file} holds no fine-tune that can be added to a model${kind === undefined ? "" : ` (${kind})`}.`,
    data: NOTHING_CHANGED,
    advice: "Choose a LoRA adapter or a 1-bit delta, as a GGUF file.",
  }),
  "delta-kind-unsupported": ({ delta, reason }) => ({
    happened: `${delta} changes a model in a way that this version of Facet cannot use.${reason}`,
    data: NOTHING_CHANGED,
    advice: "Choose another fine-tune.",
  }),
  "delta-damaged": ({ delta, reason }) => ({
    happened: `${delta} is damaged and was not used.${reason}`,
    data: NOTHING_CHANGED,
    advice: "Get the file again, or choose another fine-tune.",
  }),
  "delta-compact": ({ delta }) => ({
    happened: `${delta} is in the compact form and has to be expanded first.`,
    data: NOTHING_CHANGED,
    advice: "Add its file again: Facet expands it then.",
  }),
  "delta-not-one-bit": ({ delta }) => ({
    happened: `${delta} is a LoRA, and only 1-bit fine-tunes have a compact form.`,
    data: NOTHING_CHANGED,
    advice: "Use it as it is: a LoRA is small already.",
  }),
  "delta-other-architecture": ({ delta, details: { architecture, modelArchitecture } }) => ({
    happened: `${delta} was made for a model of another kind${
      architecture === undefined || modelArchitecture === undefined
        ? ""
        : `: for “${architecture}”, and this one is “${modelArchitecture}”`
    }.`,
    data: NOTHING_CHANGED,
    advice: "Load the model that it was made for, or choose another fine-tune.",
  }),
  "delta-shapes-differ": ({ delta, details: { tensor } }) => ({
    happened: `${delta} was made for a model of another size: a part of it finds no place in this one${
      tensor === undefined ? "" : ` (${tensor})`
    }.`,
    data: NOTHING_CHANGED,
    advice: "Load the model that it was made for, or choose another fine-tune.",
  }),
  "delta-other-base": ({ delta, reason, details: { base } }) => ({
    happened: `${delta} was made for another model${base === undefined ? "" : `, “${base}”`}.${reason === "" ? " With this one it would talk nonsense." : reason}`,
    data: NOTHING_CHANGED,
    advice: "Load the model that it was made for, or choose another fine-tune.",
  }),
  "delta-weights-not-finite": ({ delta, details: { tensor } }) => ({
    happened: `${delta} holds numbers that are none (infinite, or not a number)${
      tensor === undefined ? "" : ` in ${tensor}`
    }, so it was not used.`,
    data: NOTHING_CHANGED,
    advice: "Get the file again, or choose another fine-tune.",
  }),
  "delta-alpha-invalid": ({ delta, details }) => alphaText(delta, details),
  "delta-too-large-for-memory": ({ delta, details }) => ({
    happened: `${delta} does not fit into memory beside the model${amounts(details)}.`,
    data: "Your message is kept.",
    advice: "Close other programs, use fewer fine-tunes at once, or load a smaller model.",
  }),
  "delta-crashed-last-time": ({ delta }) => ({
    happened: `The engine stopped unexpectedly while it was loading ${lower(delta)} the last time, so it was not used now.`,
    data: CHATS_SAFE,
    advice: "Choose it again to try once more, or choose another fine-tune.",
  }),
  "delta-load-failed": ({ delta, reason }) => ({
    happened: `${delta} could not be loaded.${reason}`,
    data: "Your message is kept.",
    advice: "Try again, or choose another fine-tune.",
  }),
  "delta-not-moved-to-trash": ({ delta, reason }) => ({
    happened: `The file of ${lower(delta)} could not be moved to the trash.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "Close programs that use it, then try again.",
  }),
  "delta-already-here": ({ file, delta }) => ({
    happened: `${file} holds the same fine-tune as ${lower(delta)}, which is in your library already.`,
    data: FILE_UNTOUCHED,
    advice: "The file can stay where it is. You can also delete it from the folder “deltas” in Facet's data folder.",
  }),
} satisfies FailureTable;

/** An adapter's change is multiplied by its alpha; mlx-lm calls it scale. */
function alphaText(delta: string, { alpha, rank, setting = "alpha" }: FailureDetails): FailureText {
  const data = NOTHING_CHANGED;
  if (Number(alpha) === 0) {
    return {
      happened: `${delta} is set to a strength of 0 (${setting}), so it would change nothing in the model.`,
      data,
      advice: `If you know the ${setting} that it was trained with, write it into its adapter_config.json. Otherwise choose another fine-tune.`,
    };
  }
  if (Number.isNaN(Number(alpha))) {
    return {
      happened: `${delta} says for its strength (${setting}) what is no number.`,
      data,
      advice: "Choose another fine-tune, or get this one again.",
    };
  }
  if (Number(alpha) < 0) {
    return {
      happened: `${delta} is set to a strength below 0 (${setting}: ${alpha}), which would turn what it learned into its opposite.`,
      data,
      advice: "Choose another fine-tune.",
    };
  }
  const amount = alpha === undefined ? "" : `: ${alpha}${rank === undefined ? "" : ` at rank ${rank}`}`;
  return {
    happened: `${delta} is set to a strength (${setting}) so high that every answer would be nonsense${amount}.`,
    data,
    advice: "Choose another fine-tune.",
  };
}
