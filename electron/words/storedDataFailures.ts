// What went wrong with the data folder and the files in it.
import { bytes } from "./detailNumbers";
import { neededAmount } from "./failureFacts";
import { chatsSafe, nothingChanged, tryAgain, tryAgainOrSeeLogs, unlessHeld, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";
import { storedContent } from "./storedFileWords";

const restoreBackup = () => t("Backups of your chats are in Settings, where you can restore one.");
const savedSafe = () => t("What was saved before is safe.");

export const storedDataFailures = {
  "disk-full": ({ details }) => ({
    happened:
      details.folder === undefined
        ? t("The disk is full.")
        : t("The disk is full, so Facet can't write to {folder}.", { folder: details.folder }),
    data: sentences(savedSafe(), t("What you see now may not be saved.")),
    advice: freeSpace(neededAmount(details), bytes(details.missingBytes)),
  }),
  "data-folder-unusable": ({ reason, details: { folder } }) => ({
    happened: sentences(
      folder === undefined
        ? t("Facet can't use its data folder.")
        : t("Facet can't use its data folder, {folder}.", { folder }),
      reason,
    ),
    data: t("Nothing in it was changed."),
    advice: t("Check that the folder exists and that you have permission to read and write it, then open Facet again."),
  }),
  "data-folder-busy": ({ details: { holder, process: id } }) => ({
    happened: busyWords(holder, id),
    data: nothingChanged(),
    advice: t("This continues when the other one is finished. Wait for it, or close it."),
  }),
  "application-ended": () => ({
    happened: t("Facet closed while it was doing this."),
    data: savedSafe(),
    advice: tryAgain(),
  }),
  "database-damaged": ({ details: { movedTo } }) =>
    movedTo === undefined
      ? {
          happened: t("A file with chats is damaged."),
          data: nothingChanged(),
          advice: t("Close Facet and open it again. Facet then saves what it can still read in a new file."),
        }
      : {
          happened: t(
            "The file with your chats was damaged and nothing in it could be read, so Facet started a new one.",
          ),
          data: damagedFileKept(movedTo),
          advice: restoreBackup(),
        },
  "chats-salvaged": ({ details: { chats, messages, movedTo } }) => ({
    happened:
      chats === undefined || messages === undefined
        ? t("The file with your chats was damaged. Facet saved what it could read in a new file.")
        : t(
            "The file with your chats was damaged. Facet saved what it could read in a new file: {chats, plural, one {# chat} other {# chats}} with {messages, plural, one {# message} other {# messages}}.",
            { chats: Number(chats), messages: Number(messages) },
          ),
    data: damagedFileKept(movedTo),
    advice: sentences(t("Check whether anything is missing."), restoreBackup()),
  }),
  "chats-salvaging": () => ({
    happened: t("The file with your chats is damaged. Facet is saving what it can read in a new one."),
    data: t("The damaged file will be kept."),
    advice: t("This may take a few minutes. Your chats then open by themselves."),
  }),
  "chat-rows-unreadable": ({ details: { chats = "0", messages = "0" } }) => ({
    happened: unreadableRows(Number(chats), Number(messages)),
    data: t("What can't be read is kept in the file as it is. Everything else in it is used."),
    advice: sentences(t("If something you need is missing, an earlier state may have it."), restoreBackup()),
  }),
  "chats-busy": () => ({
    happened: t("This isn't possible while answers are being written or chats are being restored."),
    data: nothingChanged(),
    advice: t("Wait until that is finished, or stop it, then try again."),
  }),
  "stored-file-damaged": ({ details }) => ({
    happened: t("One of Facet's files was damaged, so Facet started a new one: {content}.", {
      content: storedContent(details.file),
    }),
    data: sentences(chatsSafe(), damagedFileKept(details.movedTo)),
    advice:
      details.file === "deltas.json"
        ? t("The fine-tunes themselves are still there. Open Fine-tunes and add them from Facet's folder.")
        : t("If you have a backup of this file, you can put it back while Facet is closed."),
  }),
  "stored-entries-unreadable": ({ details: { file, count } }) => ({
    happened:
      count === undefined || !/^\d+$/u.test(count)
        ? t("This version of Facet doesn't understand some entries in one of its files: {content}.", {
            content: storedContent(file),
          })
        : t(
            "This version of Facet doesn't understand {count, plural, one {# entry} other {# entries}} in one of its files: {content}.",
            { count: Number(count), content: storedContent(file) },
          ),
    data: t("These entries are kept in the file as they are. Everything else in it is used."),
    advice:
      file === undefined
        ? t(
            "If you used a newer version of Facet, install it again. If you edited the file, correct it in the data folder while Facet is closed.",
          )
        : t(
            "If you used a newer version of Facet, install it again. If you edited {file}, correct it in the data folder while Facet is closed.",
            { file },
          ),
  }),
  "leftover-not-moved-to-trash": (facts) => ({
    happened: t("{hasFile, select, yes {“{file}”} other {The file}} couldn't be moved to the trash.", facts),
    data: t("The file stays where it is."),
    advice: t("Close programs that use it and try again, or show the file and remove it yourself."),
  }),
  "database-newer": () => ({
    happened: t("Your chats were saved by a newer version of Facet, and this version can't read them."),
    data: nothingChanged(),
    advice: t("Install the newer version again."),
  }),
  "save-failed": ({ reason, details }) => ({
    happened: sentences(t("This couldn't be saved."), reason),
    data: sentences(savedSafe(), t("What you see now may be lost when Facet is closed.")),
    advice: unlessHeld(details, tryAgainOrSeeLogs()),
  }),
} satisfies FailureTable;

function freeSpace(needed: string | undefined, missing: string | undefined): string {
  if (needed !== undefined) return t("Make sure that {needed} is free, then try again.", { needed });
  return missing === undefined
    ? t("Free up some space, then try again.")
    : t("Free up {missing} more, then try again.", { missing });
}

function busyWords(holder: string | undefined, id: string | undefined): string {
  if (holder === undefined) return t("Another program is using Facet's data folder.");
  if (holder === "window")
    return id === undefined
      ? t("Facet's window is using the data folder.")
      : t("Facet's window is using the data folder (process {id}).", { id });
  return id === undefined
    ? t("“{command}” is using Facet's data folder.", { command: holder })
    : t("“{command}” is using Facet's data folder (process {id}).", { command: holder, id });
}

function damagedFileKept(movedTo: string | undefined): string {
  return movedTo === undefined
    ? t("The damaged file is kept in the data folder.")
    : t("The damaged file is kept: {movedTo}.", { movedTo });
}

function unreadableRows(chats: number, messages: number): string {
  if (messages === 0)
    return t("Facet can't read {chats, plural, one {# chat} other {# chats}} in the file with your chats.", { chats });
  if (chats === 0)
    return t("Facet can't read {messages, plural, one {# message} other {# messages}} in the file with your chats.", {
      messages,
    });
  return t(
    "Facet can't read {chats, plural, one {# chat} other {# chats}} and {messages, plural, one {# message} other {# messages}} in the file with your chats.",
    { chats, messages },
  );
}
