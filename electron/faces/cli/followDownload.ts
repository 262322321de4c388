// A download from a command: watched with its progress until the model is there. Ctrl C pauses it, and the next one goes on.
import { setTimeout as sleep } from "node:timers/promises";
import type { Download, DownloadRequest } from "../../contract/downloads";
import { failure } from "../../contract/failure";
import type { ApplicationClient } from "../../instance/ApplicationClient";
import { downloadFacts, downloadFraction } from "../../words/downloadWords";
import { t } from "../../words/language";
import type { CommandContext } from "./CommandContext";
import { CommandError, EXIT } from "./CommandError";
import { errorOf, valueOf } from "./useOutcome";

/** A bar that moves smoothly enough. */
const LOOK_MS = 200;

/** Throws what made it fail, and "request-cancelled" when it was paused or cancelled, here or elsewhere. */
export async function download(request: DownloadRequest, context: CommandContext): Promise<void> {
  const { output, signal } = context;
  const application = await context.application();
  await application.during(async () => {
    let shown = valueOf(await application.call("downloads.add", request));
    const progress = output.progress(t("Downloading"));
    try {
      while (!signal.aborted) {
        if (shown.state.kind === "ready") return;
        if (shown.state.kind === "failed") throw errorOf(shown.state.failure);
        if (shown.state.kind === "paused") throw pausedError(shown.state.failure);
        progress.update(downloadFraction(shown), downloadFacts(shown, { withPercent: false }).join(" · "));
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
        shown = await look(shown, request, application);
      }
    } finally {
      progress.end();
    }
    await application.call("downloads.pause", { id: shown.id });
    throw new CommandError(
      t("Paused. What was downloaded is kept, and the same command continues it."),
      EXIT.cancelled,
    );
  });
}

async function look({ id }: Download, request: DownloadRequest, application: ApplicationClient): Promise<Download> {
  const listed = await application.call("downloads.list", undefined);
  // The application that fetched it has ended; the next one goes on, or knows that all is here.
  if (!listed.ok && listed.failure.code === "application-ended")
    return valueOf(await application.call("downloads.add", request));
  const found = valueOf(listed).find((one) => one.id === id);
  if (found === undefined) throw errorOf(failure("request-cancelled"));
  return found;
}

function pausedError(why: Parameters<typeof errorOf>[0] | null): CommandError {
  return why === null
    ? new CommandError(t("The download was paused in another program. The same command continues it."), EXIT.cancelled)
    : errorOf(why);
}
