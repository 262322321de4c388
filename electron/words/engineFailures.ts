// What went wrong in the engine process.
import { bytes } from "./detailNumbers";
import { amounts, type FailureFacts } from "./failureFacts";
import { answerKept, chatsSafe, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

export const engineFailures = {
  "engine-start-failed": () => ({
    happened: t("The engine, the part of Facet that runs models, couldn’t be started."),
    data: chatsSafe(),
    advice: t("Restart it. If that doesn’t help, look in the logs: Settings, Open logs folder."),
  }),
  "engine-crashed": () => ({
    happened: t("The engine stopped unexpectedly."),
    data: answerKept(),
    advice: t("Send your message again, or choose another model."),
  }),
  "engine-out-of-memory": ({ details }) => ({
    happened: sentences(t("The engine ran out of memory and was stopped."), usedMemory(details) ?? amounts(details)),
    data: answerKept(),
    advice: t("Close other programs or choose a smaller model, then send your message again."),
  }),
  "engine-not-responding": () => ({
    happened: t("The engine stopped responding and was closed."),
    data: answerKept(),
    advice: t("Send your message again, or choose another model."),
  }),
  "engine-busy": () => ({
    happened: t("Another answer is still being written here."),
    data: t("That answer continues. Nothing you wrote is lost."),
    advice: t("Wait until it is finished, or stop it. Then try again."),
  }),
  "request-cancelled": () => ({
    happened: t("This was stopped before it was finished."),
    data: t("Nothing was lost."),
    advice: t("You can try again at any time."),
  }),
} satisfies FailureTable;

function usedMemory({ usedBytes, totalBytes }: FailureFacts<"engine-out-of-memory">["details"]): string | null {
  const [used, total] = [bytes(usedBytes), bytes(totalBytes)];
  if (used === undefined || total === undefined) return null;
  return t("It needed more than {used}, and this computer has {total}.", { used, total });
}
