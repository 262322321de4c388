// What stopped a download: of the starter model, or of a model from Hugging Face.
import { bytes } from "./detailNumbers";
import { downloadKept, nothingChanged, unlessHeld, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

const nothingInstalled = () => t("Nothing was installed or changed.");
const nothingDownloaded = () => t("Nothing was downloaded.");
const anotherVariant = () => t("Choose another variant or model.");
const anotherStart = () => t("Try again, or choose a GGUF file on this computer.");

export const downloadFailures = {
  "starter-offline": () => ({
    happened: t("The starter model couldn't be downloaded, because no server could be reached."),
    data: nothingInstalled(),
    advice: t("Check your connection and try again, or choose a GGUF file on this computer."),
  }),
  "starter-wrong-hash": () => ({
    happened: t("The downloaded starter model was not the right file, so it was deleted."),
    data: nothingInstalled(),
    advice: anotherStart(),
  }),
  "starter-failed": () => ({
    happened: t("The starter model couldn't be downloaded, neither from Hugging Face nor elsewhere."),
    data: nothingInstalled(),
    advice: anotherStart(),
  }),
  "download-disk-full": ({ details }) => ({
    happened: t("There is not enough space on the disk for this model."),
    data: downloadKept(),
    advice: freeAndResume(bytes(details.missingBytes)),
  }),
  "download-file-too-large": () => ({
    happened: t("The disk with your models can't store a file of this size."),
    data: nothingDownloaded(),
    advice: t("Choose a smaller variant, or a disk with another file system for your models."),
  }),
  "download-folder-unusable": ({ reason, details }) => ({
    happened: sentences(t("Facet can't write to its models folder."), reason),
    data: downloadKept(),
    advice: unlessHeld(
      details,
      t("Check that the folder exists and that you have permission to write to it, then resume."),
    ),
  }),
  "download-name-taken": () => ({
    happened: t("Another file took the name of this model during the download."),
    data: t("What was downloaded so far is kept, and the other file was not changed."),
    advice: t("Move or rename the other file in Facet's models folder, then resume."),
  }),
  "download-changed": () => ({
    happened: t("The author has replaced this file since you chose it."),
    data: t("What was downloaded of the old file is kept until you cancel."),
    advice: t("Cancel this download, then open the model's page again and download the new file."),
  }),
  "download-not-a-file": () => ({
    happened: t("A web page came in place of the file, as on a network that asks you to sign in."),
    data: downloadKept(),
    advice: t("Sign in to the network in a browser, then resume."),
  }),
  "download-wrong-hash": () => ({
    happened: t("The downloaded file is not the one that Hugging Face describes: its SHA-256 is different."),
    data: t("It was deleted, so that it can't be loaded."),
    advice: t("Try again. If it happens again, something between you and Hugging Face changes what you download."),
  }),
  "download-parts-missing": () => ({
    happened: t("Something else removed the unfinished download from the disk."),
    data: t("Your other models were not touched."),
    advice: t("Try again. The download starts over."),
  }),
  "download-name-refused": () => ({
    happened: t("A file of this model has a name or a path that isn't safe."),
    data: nothingDownloaded(),
    advice: anotherVariant(),
  }),
  "download-no-checksum": () => ({
    happened: t("Hugging Face has no checksum for this file, so the download couldn't be verified."),
    data: nothingDownloaded(),
    advice: anotherVariant(),
  }),
  "download-not-found": () => ({
    happened: t("This download is no longer in the list."),
    data: nothingChanged(),
    advice: t("It may have been finished or cancelled in the meantime."),
  }),
} satisfies FailureTable;

function freeAndResume(missing: string | undefined): string {
  return missing === undefined
    ? t("Free up some space, then resume.")
    : t("Free up {missing} more, then resume.", { missing });
}
