// Why a model could not be quantized or measured.
import { amounts, bytes } from "./failureFacts";
import { FILE_UNTOUCHED, NOTHING_CHANGED, type FailureTable } from "./failureTable";

export const jobFailures = {
  "addon-missing": ({ reason }) => ({
    happened: `This copy of Facet cannot quantize or measure models: a part of it is missing, or does not run here.${reason}`,
    data: "Chats and models work as ever.",
    advice:
      "If you built Facet yourself, install a C++ compiler (on Debian and Ubuntu: sudo apt-get install g++) and start it again.",
  }),
  "engine-unusable": {
    happened: "This computer's processor cannot run the part that works on models.",
    data: NOTHING_CHANGED,
    advice: "Look into the logs: Settings, Open logs folder.",
  },
  "source-missing": ({ file }) => ({
    happened: `${file} is no longer where it was.`,
    data: "Nothing was made of it, and nothing half-finished was left.",
    advice: "Put the file back, then try again.",
  }),
  "source-changed": ({ file }) => ({
    happened: `${file} was changed while it was being read.`,
    data: "The result could not be trusted and was removed.",
    advice: "Wait until nothing else writes to the file, then try again.",
  }),
  "source-already-quantized": ({ file, details: { type } }) => ({
    happened: `${file} is already quantized${type === undefined ? "" : ` (${type})`}. Quantizing it once more would lose more than a fresh start.`,
    data: NOTHING_CHANGED,
    advice: "Choose the same model in F16, BF16, F32 or Q8_0.",
  }),
  "target-is-source": {
    happened: "The new file would take the place of the file that it is made from.",
    data: FILE_UNTOUCHED,
    advice: "Choose another type or another name.",
  },
  "target-exists": ({ file }) => ({
    happened: `${file} exists already.`,
    data: FILE_UNTOUCHED,
    advice: "Use that file, or delete it and try again.",
  }),
  "folder-unusable": ({ details: { folder } }) => ({
    happened: `Facet cannot write into the folder${folder === undefined ? "" : ` “${folder}”`}.`,
    data: NOTHING_CHANGED,
    advice: "Check that the folder is there and that you may write to it, then try again.",
  }),
  "job-disk-full": ({ details }) => ({
    happened: `There is not enough room on the disk for the new file${amounts(details)}.`,
    data: "Nothing half-finished was left.",
    advice: "Free some space, then try again.",
  }),
  "model-not-measurable": ({ file }) => ({
    happened: `${file} is not a model that writes text.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a language model.",
  }),
  "models-differ": {
    happened: "These models read text in different ways, so they cannot be compared.",
    data: NOTHING_CHANGED,
    advice: "Compare a model with the file that it was made from.",
  },
  "type-unknown": {
    happened: "This type of quantization is not known here.",
    data: NOTHING_CHANGED,
    advice: "Choose another type.",
  },
  "quantize-failed": ({ file }) => ({
    happened: `${file} could not be quantized.`,
    data: "It was not changed, and nothing half-finished was left.",
    advice: "Try another type, or download the model again.",
  }),
  "result-damaged": {
    happened: "The new file did not work when it was tried, so it was removed.",
    data: "The model that it was made from was not changed.",
    advice: "Try again, or choose another type.",
  },
  "importance-matrix-unreadable": ({ file, reason, details }) => ({
    happened: `${details["file"] === undefined ? "The importance matrix" : file} cannot be read.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "Check that you may read the file, then try again.",
  }),
  "importance-matrix-invalid": ({ file, details }) => ({
    happened: `${details["file"] === undefined ? "The file" : file} is not an importance matrix that fits this model.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a file in llama.cpp's imatrix format that was made for this model.",
  }),
  "text-unreadable": ({ file, details }) => ({
    happened: `${details["file"] === undefined ? "The text" : file} cannot be read as text.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a plain text file (UTF-8).",
  }),
  "text-invalid": {
    happened: "The text cannot be turned into tokens by this model.",
    data: FILE_UNTOUCHED,
    advice: "Choose another text.",
  },
  "text-too-short": {
    happened: "The text is too short to learn or measure anything from it.",
    data: FILE_UNTOUCHED,
    advice: "Choose a text of some pages at least.",
  },
  "text-too-large": ({ file, details }) => ({
    happened: `${details["file"] === undefined ? "The text" : file} is too large${details["limitBytes"] === undefined ? "" : `: at most ${bytes(details["limitBytes"]) ?? "less"} are read`}.`,
    data: FILE_UNTOUCHED,
    advice: "Choose a shorter text: a part of it teaches as much.",
  }),
  "evaluation-failed": ({ file }) => ({
    happened: `${file} could not be run.`,
    data: FILE_UNTOUCHED,
    advice: "Try again. If it fails again, download the model again.",
  }),
  "write-failed": {
    happened: "The new file could not be written.",
    data: "Nothing half-finished was left.",
    advice: "Check the disk, then try again.",
  },
  "out-of-memory": {
    happened: "There was not enough memory for this.",
    data: "Nothing half-finished was left.",
    advice: "Close other programs, then try again.",
  },
  "job-crashed": {
    happened: "The process that did this stopped unexpectedly.",
    data: "Nothing half-finished was left. Your chats and models are safe.",
    advice: "Try again. If it stops again, close other programs to free memory.",
  },
  "job-interrupted": {
    happened: "Facet was closed unexpectedly while this was running.",
    data: "Nothing half-finished was left.",
    advice: "Try again when you want.",
  },
} satisfies FailureTable;
