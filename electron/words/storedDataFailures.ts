// What went wrong with the data folder and the files in it.
import { bytes, count } from "./failureFacts";
import { CHATS_SAFE, NOTHING_CHANGED, type FailureTable } from "./failureTable";
import { storedContent } from "./storedFileWords";

export const storedDataFailures = {
  "disk-full": ({ details: { folder, needed, missingBytes } }) => ({
    happened: `The disk is full${folder === undefined ? "" : `, so Facet cannot write to ${folder}`}.`,
    data: "What was saved before is safe. What you see now may not be saved.",
    advice:
      needed === undefined
        ? `Free ${bytes(missingBytes) ?? "some space"}${missingBytes === undefined ? "" : " more"}, then try again.`
        : `Free some space, ${needed} in all, then try again.`,
  }),
  "data-folder-unusable": ({ reason, details: { folder } }) => ({
    happened: `Facet cannot use its data folder${folder === undefined ? "" : `, ${folder}`}.${reason}`,
    data: "Nothing in it was changed.",
    advice: "Make sure that the folder exists and that you may read and write it, then open Facet again.",
  }),
  "data-folder-busy": ({ details: { holder, process: id } }) => ({
    happened:
      holder === undefined
        ? "Another program uses Facet's data folder."
        : `Facet's data folder is used by ${holder === "window" ? "Facet's window" : `“${holder}”`}${id === undefined ? "" : ` (process ${id})`}.`,
    data: NOTHING_CHANGED,
    advice: "This goes on when that has ended: wait for it, or end it.",
  }),
  "application-ended": {
    happened: "The Facet that was doing this has ended.",
    data: "What was saved before is safe.",
    advice: "Try again.",
  },
  "database-damaged": ({ details: { movedTo } }) => ({
    happened: "The file that holds your chats was damaged, so a new one was begun.",
    data:
      movedTo === undefined
        ? "The damaged file was kept in the data folder."
        : `The damaged file was kept: ${movedTo}.`,
    advice: "If you have a backup of the data folder, you can put it back while Facet is closed.",
  }),
  "stored-file-damaged": ({ details }) => ({
    happened: `The file with ${storedContent(details["file"])} was damaged, so Facet begins a new one.`,
    data:
      details["movedTo"] === undefined
        ? `${CHATS_SAFE} The damaged file was kept in the data folder.`
        : `${CHATS_SAFE} The damaged file was kept: ${details["movedTo"]}.`,
    advice:
      details["file"] === "deltas.json"
        ? "The fine-tunes themselves are still there: open Fine-tunes and add them from Facet's folder."
        : "If you have a backup of that file, you can put it back while Facet is closed.",
  }),
  "stored-entries-unreadable": ({ details }) => ({
    happened: `The file with ${storedContent(details["file"])} has ${entries(details["count"])} that this version of Facet does not understand.`,
    data: "What is not understood is kept in the file as it is. Everything else in it is used.",
    advice: `If you used a newer version of Facet, install it again. If you changed ${details["file"] ?? "the file"} by hand, correct it in the data folder while Facet is closed.`,
  }),
  "leftover-not-moved-to-trash": ({ details: { file }, reason }) => ({
    happened: `${file ?? "The file"} could not be moved to the trash.${reason}`,
    data: "It stays where it is.",
    advice: "Close programs that use it, then try again, or show it in its folder and delete it there.",
  }),
  "database-newer": {
    happened: "Your chats were saved by a newer version of Facet, which this version cannot read.",
    data: "Nothing was changed.",
    advice: "Install the newer version again.",
  },
  "save-failed": ({ reason }) => ({
    happened: `This could not be saved.${reason}`,
    data: "What was saved before is safe. What you see now may be lost when Facet is closed.",
    advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
  }),
} satisfies FailureTable;

/** "1 entry", "2 entries" */
function entries(amount: string | undefined): string {
  if (amount === undefined) return "entries";
  return amount === "1" ? "1 entry" : `${count(amount)} entries`;
}
