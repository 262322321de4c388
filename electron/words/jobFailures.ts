// Why a model could not be quantized or measured.
import { bytes } from "./detailNumbers";
import { amounts, named } from "./failureFacts";
import { fileUnchanged, nothingChanged, nothingLeft, unlessHeld, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

const anotherType = () => t("Choose another type.");

export const jobFailures = {
  "addon-missing": () => ({
    happened: t("This copy of Facet can't quantize or measure models: a part of it is missing or doesn't run here."),
    data: t("Chats and models still work."),
    advice: t(
      "If you built Facet yourself, install a C++ compiler (Debian, Ubuntu: sudo apt-get install g++) and start it again.",
    ),
  }),
  "engine-unusable": () => ({
    happened: t("The part of Facet that works on models can't run on this computer's processor."),
    data: nothingChanged(),
    advice: t("Look in the logs: Settings, Open logs folder."),
  }),
  "source-missing": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} is no longer where it was.", facts),
    data: nothingLeft(),
    advice: t("Put the file back, then try again."),
  }),
  "source-changed": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}”} other {The model file}} was changed while Facet was reading it.",
      facts,
    ),
    data: t("The result couldn't be trusted, so it was removed."),
    advice: t("Wait until nothing else writes to the file, then try again."),
  }),
  "source-already-quantized": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The model file}} is already quantized.", facts),
      quantizedAs(facts.details.type),
      t("Quantizing it again would lose more quality than starting from the original."),
    ),
    data: nothingChanged(),
    advice: fullPrecision(),
  }),
  "target-is-source": () => ({
    happened: t("The new file would replace the file that it is made from."),
    data: fileUnchanged(),
    advice: t("Choose another type or another name."),
  }),
  "target-exists": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The new file}} already exists.", facts),
    data: fileUnchanged(),
    advice: t("Use that file, or delete it and try again."),
  }),
  "folder-unusable": ({ details: { folder } }) => ({
    happened:
      folder === undefined ? t("Facet can't write to the folder.") : t("Facet can't write to “{folder}”.", { folder }),
    data: nothingChanged(),
    advice: t("Check that the folder exists and that you have permission to write to it, then try again."),
  }),
  "job-disk-full": ({ details }) => ({
    happened: sentences(t("There is not enough space on the disk for the new file."), amounts(details)),
    data: nothingLeft(),
    advice: t("Free up some space, then try again."),
  }),
  "model-not-measurable": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} is not a model that writes text.", facts),
    data: fileUnchanged(),
    advice: t("Choose a language model."),
  }),
  "models-differ": () => ({
    happened: t("These models split text into different tokens, so they can't be compared."),
    data: nothingChanged(),
    advice: t("Compare a model with the file that it was made from."),
  }),
  "type-unknown": () => ({
    happened: t("Facet doesn't know this type of quantization."),
    data: nothingChanged(),
    advice: anotherType(),
  }),
  "quantize-failed": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} couldn't be quantized.", facts),
    data: sentences(fileUnchanged(), nothingLeft()),
    advice: t("Try another type, or download the model again."),
  }),
  "result-damaged": () => ({
    happened: t("The new file didn't work when Facet tried it, so it was removed."),
    data: t("The model that it was made from was not changed."),
    advice: t("Try again, or choose another type."),
  }),
  "importance-matrix-unreadable": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The importance matrix}} can't be read.", facts),
    data: fileUnchanged(),
    advice: t("Check that you have permission to read the file, then try again."),
  }),
  "importance-matrix-invalid": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}”} other {The file}} is not an importance matrix that fits this model.",
      facts,
    ),
    data: fileUnchanged(),
    advice: t("Choose a file in llama.cpp's imatrix format that was made for this model."),
  }),
  "text-unreadable": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The text}} can't be read as text.", facts),
    data: fileUnchanged(),
    advice: t("Choose a plain text file (UTF-8)."),
  }),
  "text-invalid": () => ({
    happened: t("This model can't turn the text into tokens."),
    data: fileUnchanged(),
    advice: t("Choose another text."),
  }),
  "text-too-short": () => ({
    happened: t("The text is too short to learn or measure anything from it."),
    data: fileUnchanged(),
    advice: t("Choose a text of at least a few pages."),
  }),
  "text-too-large": (facts) => ({
    happened: sentences(
      t("{hasFile, select, yes {“{file}”} other {The text}} is too large.", facts),
      named(bytes(facts.details.limitBytes), (limit) => t("Facet reads up to {limit}.", { limit })),
    ),
    data: fileUnchanged(),
    advice: t("Choose a shorter text: a part of it works as well."),
  }),
  "evaluation-failed": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} couldn't be run.", facts),
    data: fileUnchanged(),
    advice: t("Try again. If it fails again, download the model again."),
  }),
  "write-failed": ({ reason, details }) => ({
    happened: sentences(t("The new file couldn't be written."), reason),
    data: nothingLeft(),
    advice: unlessHeld(details, t("Check the disk, then try again.")),
  }),
  "out-of-memory": () => ({
    happened: t("There was not enough memory for this."),
    data: nothingLeft(),
    advice: t("Close other programs, then try again."),
  }),
  "job-crashed": () => ({
    happened: t("This job stopped unexpectedly."),
    data: sentences(nothingLeft(), t("Your chats and models are safe.")),
    advice: t("Try again. If it stops again, close other programs to free memory."),
  }),
  "job-interrupted": () => ({
    happened: t("Facet closed unexpectedly while this was running."),
    data: nothingLeft(),
    advice: t("You can try again at any time."),
  }),
} satisfies FailureTable;

/** Where a file was quantized before. */
export function quantizedAs(type: string | undefined): string | null {
  return named(type, (known) => t("Its type is {type}.", { type: known }));
}

export function fullPrecision(): string {
  return t("Choose the same model in F16, BF16, F32 or Q8_0.");
}
