// What stopped a download: of the starter model, or of a model from Hugging Face.
import { bytes, ended, type FailureDetails } from "./failureFacts";
import { NOTHING_CHANGED, type FailureTable } from "./failureTable";

export const downloadFailures = {
  "starter-offline": ({ details }) => ({
    happened: "The starter model could not be downloaded: no source could be reached.",
    data: `${sources(details)}Nothing was installed or changed.`,
    advice: "Check the connection and try again, or choose a GGUF file on this computer.",
  }),
  "starter-wrong-hash": ({ details }) => ({
    happened: "The downloaded starter model is not the file it should be, so it was deleted.",
    data: `${sources(details)}Nothing was installed or changed.`,
    advice: "Try again, or choose a GGUF file on this computer.",
  }),
  "starter-failed": ({ details }) => ({
    happened: "The starter model could not be set up.",
    data: `${sources(details)}Nothing was installed or changed.`,
    advice: "Try again, or choose a GGUF file on this computer.",
  }),
  "download-disk-full": ({ details: { missingBytes } }) => ({
    happened: "There is not enough room on the disk for this model.",
    data: "What was fetched is kept.",
    advice: `Free ${bytes(missingBytes) ?? "some space"}${missingBytes === undefined ? "" : " more"}, then resume.`,
  }),
  "download-file-too-large": {
    happened: "The disk that holds the models cannot store a file of this size.",
    data: "Nothing was fetched.",
    advice: "Choose a smaller variant, or a disk with another file system for Facet's data.",
  },
  "download-folder-unusable": ({ reason }) => ({
    happened: `Facet cannot write to its models folder.${reason}`,
    data: "What was fetched is kept.",
    advice: "Check that the folder exists and that you may write to it, then resume.",
  }),
  "download-name-taken": {
    happened: "Another file got the name of this model while it was fetched.",
    data: "What was fetched is kept, and the other file was not changed.",
    advice: "Move or rename the other file in Facet's models folder, then resume.",
  },
  "download-changed": {
    happened: "The author has replaced this file since you chose it.",
    data: "The parts of the old file are of no use and can be removed with Cancel.",
    advice: "Open the model's page again and download its new file.",
  },
  "download-not-a-file": {
    happened: "A web page came in place of the file, as when a network asks you to sign in.",
    data: "What was fetched before is kept.",
    advice: "Open a browser and sign in to the network, then resume.",
  },
  "download-wrong-hash": {
    happened: "The file that arrived is not the one Hugging Face describes: its SHA-256 differs.",
    data: "It was deleted, so that it cannot be loaded.",
    advice: "Try again. If it goes on, something on the way changes what you download.",
  },
  "download-parts-missing": {
    happened: "What had been fetched was removed from the disk by something else.",
    data: "Your other models were not touched.",
    advice: "Try again; the download begins anew.",
  },
  "download-name-refused": {
    happened: "The path of a file of this model at Hugging Face is not a safe one.",
    data: "Nothing was fetched.",
    advice: "Choose another variant or model.",
  },
  "download-no-checksum": {
    happened: "Hugging Face has no checksum for this file, so what arrives could not be verified.",
    data: "Nothing was fetched.",
    advice: "Choose another variant or model.",
  },
  "download-not-found": {
    happened: "This download is not in the list any more.",
    data: NOTHING_CHANGED,
    advice: "It may have been finished or cancelled in the meantime.",
  },
} satisfies FailureTable;

/** "Hugging Face: no answer. PyPI: pip could not fetch it. " */
function sources(details: FailureDetails): string {
  const known = ["Hugging Face", "PyPI"].filter((source) => details[source] !== undefined);
  return known.map((source) => `${source}: ${ended(details[source] ?? "")} `).join("");
}
