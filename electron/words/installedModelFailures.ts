// What cannot be done with an installed model, or with the folder that holds them.
import { chatsSafe, fileUnchanged, nothingChanged, unlessHeld, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

export const installedModelFailures = {
  "model-in-use": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} is in use at the moment.", facts),
    data: nothingChanged(),
    advice: t("Wait until the answer or the download is finished, or load another model first."),
  }),
  "model-name-taken": () => ({
    happened: t("Another model already has this name."),
    data: nothingChanged(),
    advice: t("Choose another name."),
  }),
  "model-changed": (facts) => ({
    happened: t(
      "{hasFile, select, yes {“{file}”} other {The model file}} is not what was downloaded: its SHA-256 is different.",
      facts,
    ),
    data: t("The file was left as it is."),
    advice: t("Delete it and download it again."),
  }),
  "model-without-checksum": (facts) => ({
    happened: t("There is no checksum to verify {hasFile, select, yes {“{file}”} other {the model file}} with.", facts),
    data: fileUnchanged(),
    advice: t("Only models that were downloaded by Facet, or by an app that keeps checksums, can be verified."),
  }),
  "model-not-moved-to-trash": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The model file}} couldn't be moved to the trash.", facts),
    data: fileUnchanged(),
    advice: t("Close programs that use it and try again, or show the file and remove it yourself."),
  }),
  "models-folder-unusable": ({ reason, details }) => ({
    happened: sentences(
      details.folder === undefined
        ? t("Facet's models can't be stored in this folder.")
        : t("Facet's models can't be stored in “{folder}”.", { folder: details.folder }),
      reason,
    ),
    data: t("Your models are where they were."),
    advice: unlessHeld(details, t("Choose another folder, or check that you have permission to write to this one.")),
  }),
  "models-folder-busy": () => ({
    happened: t("Facet's models folder is in use at the moment."),
    data: nothingChanged(),
    advice: t("Wait until downloads, copies and models being loaded are finished, or stop them. Then try again."),
  }),
  "models-folder-missing": ({ details: { folder } }) => ({
    happened:
      folder === undefined
        ? t("The folder with your models can't be found.")
        : t("The folder with your models can't be found: {folder}.", { folder }),
    data: sentences(chatsSafe(), t("Your models are listed again as soon as the folder is back.")),
    advice: t("Connect the disk that holds the folder, then open the list of models again."),
  }),
  "estimate-failed": (facts) => ({
    happened: t(
      "Facet couldn't work out whether {hasFile, select, yes {“{file}”} other {the model file}} fits.",
      facts,
    ),
    data: fileUnchanged(),
    advice: t("You can still try to load it."),
  }),
} satisfies FailureTable;
