// What went wrong with the data folder and the files in it.
import { bytes, count } from "./failureFacts";
import { CHATS_SAFE, NOTHING_CHANGED, type FailureTable } from "./failureTable";
import { storedContent } from "./storedFileWords";

const RESTORE = "Backups of your chats are in Settings, where one can be restored.";

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
  "database-damaged": ({ details: { movedTo } }) =>
    movedTo === undefined
      ? {
          happened: "A file that holds chats is damaged.",
          data: "Nothing was changed. When Facet is opened again, it takes over what can be read into a new file.",
          advice: "Close Facet and open it again.",
        }
      : {
          happened:
            "The file that holds your chats was damaged and nothing in it could be read, so a new one was begun.",
          data: `The damaged file was kept: ${movedTo}.`,
          advice: RESTORE,
        },
  "chats-salvaged": ({ details: { chats, messages, movedTo } }) => ({
    happened: `The file that holds your chats was damaged. What could be read was taken over into a new one: ${amount(chats, "chat")} with ${amount(messages, "message")}.`,
    data:
      movedTo === undefined
        ? "The damaged file was kept in the data folder."
        : `The damaged file was kept: ${movedTo}.`,
    advice: `Look whether anything is missing. ${RESTORE}`,
  }),
  "chats-salvaging": {
    happened: "The file that holds your chats is damaged. Facet is taking over what can be read into a new one.",
    data: "The damaged file will be kept.",
    advice: "This may take some minutes. Your chats open by themselves.",
  },
  "chat-rows-unreadable": ({ details: { chats = "0", messages = "0" } }) => ({
    happened: `The file that holds your chats has ${rows(chats, messages)} that Facet cannot read.`,
    data: "What cannot be read is kept in the file as it is. Everything else in it is used.",
    advice: `If something that you need is missing, an earlier state may have it. ${RESTORE}`,
  }),
  "chats-busy": {
    happened: "This is not possible while answers are being written or chats are being restored.",
    data: NOTHING_CHANGED,
    advice: "Wait until that is finished, or stop it, then try again.",
  },
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

/** "1 chat", "2 chats" */
function amount(stored: string | undefined, one: string): string {
  if (stored === undefined) return `${one}s`;
  return stored === "1" ? `1 ${one}` : `${count(stored)} ${one}s`;
}

/** "1 chat and 2 messages", without what there is none of. */
function rows(chats: string, messages: string): string {
  const found = [
    ...(chats === "0" ? [] : [amount(chats, "chat")]),
    ...(messages === "0" ? [] : [amount(messages, "message")]),
  ];
  return found.length === 0 ? "entries" : found.join(" and ");
}

/** "1 entry", "2 entries" */
function entries(amount: string | undefined): string {
  if (amount === undefined) return "entries";
  return amount === "1" ? "1 entry" : `${count(amount)} entries`;
}
