// What cannot be done with an installed model, or with the folder that holds them.
import { lower } from "./failureFacts";
import { CHATS_SAFE, FILE_UNTOUCHED, NOTHING_CHANGED, type FailureTable } from "./failureTable";

export const installedModelFailures = {
  "model-in-use": ({ file }) => ({
    happened: `${file} is being used at the moment.`,
    data: NOTHING_CHANGED,
    advice: "Wait until the answer or the download is finished, or load another model first.",
  }),
  "model-name-taken": {
    happened: "Another model has this name already.",
    data: NOTHING_CHANGED,
    advice: "Choose another name.",
  },
  "model-changed": ({ file }) => ({
    happened: `${file} is not what was downloaded: its SHA-256 differs.`,
    data: "It was left where it is.",
    advice: "Delete it and download it again.",
  }),
  "model-without-checksum": ({ file }) => ({
    happened: `There is no checksum to compare ${lower(file)} with.`,
    data: FILE_UNTOUCHED,
    advice: "Only models that were downloaded, here or by an app that keeps checksums, can be verified.",
  }),
  "model-not-moved-to-trash": ({ file, reason }) => ({
    happened: `${file} could not be moved to the trash.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "Close programs that use it and try again, or show the file and remove it there.",
  }),
  "models-folder-unusable": ({ reason, details: { folder } }) => ({
    happened: `${folder === undefined ? "This folder" : `“${folder}”`} cannot hold Facet's models.${reason}`,
    data: "Your models are where they were.",
    advice: "Choose another folder, or check that you may write to this one.",
  }),
  "models-folder-busy": {
    happened: "Facet's models folder is being used at the moment.",
    data: NOTHING_CHANGED,
    advice: "Wait until downloads, copies and the loading of models are finished, or stop them, then try again.",
  },
  "models-folder-missing": ({ details: { folder } }) => ({
    happened: `The folder with your models is not there${folder === undefined ? "" : `: ${folder}`}.`,
    data: `${CHATS_SAFE} The models are back in the list as soon as the folder is.`,
    advice: "Connect the disk that it is on, then open the list of models again.",
  }),
  "estimate-failed": ({ file, reason }) => ({
    happened: `Whether ${lower(file)} fits could not be worked out.${reason}`,
    data: FILE_UNTOUCHED,
    advice: "You can try to load it all the same.",
  }),
} satisfies FailureTable;
