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
  "engine-out-of-gpu-memory": () => ({
    happened: t("The GPU’s memory ran out, and the engine was stopped."),
    data: answerKept(),
    advice: t("Send your message again: Facet then puts less of the model on the GPU."),
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
  "gpu-start-failed": () => ({
    happened: t("The GPU couldn’t be used: its driver failed at the start."),
    data: t("Facet computes on the processor, which is slower. Your chats are safe."),
    advice: t("Facet tries again after an update of the driver or of Facet. Settings can try it now."),
  }),
  "gpu-missing": ({ details: { gpu } }) => ({
    happened: gpu === undefined ? t("The chosen GPU was not found.") : t("{gpu} was not found.", { gpu }),
    data: t("Facet computes on the processor, which is slower. Your chats are safe."),
    advice: t("Choose another GPU in Settings, or “Automatic”."),
  }),
  "gpu-is-another": ({ details: { gpu, other } }) => ({
    happened:
      gpu === undefined || other === undefined
        ? t("The chosen GPU was not found. Another one computes.")
        : t("{gpu} was not found. {other} computes instead.", { gpu, other }),
    data: chatsSafe(),
    advice: t("Choose another GPU in Settings, or “Automatic”."),
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
