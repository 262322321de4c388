// Work on a file from a command: watched with its progress until it has ended, and cancelled by Ctrl C; nothing half-written is left then.
import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../../contract/failure";
import type { FileTask } from "../../contract/importing";
import type { ApplicationClient } from "../../instance/ApplicationClient";
import { formatBytesOf, formatByteSpeed, formatTimeLeft } from "../../words/quantities";
import type { CommandContext } from "./CommandContext";
import { valueOf } from "./useOutcome";

/** A bar that moves smoothly enough. */
const LOOK_MS = 200;

/** `work` calls a method that runs as a file task of this kind. `label`: "Adding". Throws what made it fail, and "request-cancelled". */
export async function runFileTask<Value>(
  { kind, label }: { kind: FileTask["kind"]; label: string },
  context: CommandContext,
  work: (application: ApplicationClient) => Promise<Outcome<Value>>,
): Promise<Value> {
  const application = await context.application();
  return application.during(async () => {
    const before = new Set((await tasks(application)).map(({ id }) => id));
    const progress = context.output.progress(label);
    const working = work(application);
    const ended = new AbortController();
    const end = () => ended.abort();
    working.then(end, end);
    while (!ended.signal.aborted) {
      const task = (await tasks(application)).find((one) => one.kind === kind && !before.has(one.id));
      if (task !== undefined && context.signal.aborted) await application.call("fileTasks.cancel", { id: task.id });
      else if (task !== undefined && task.totalBytes > 0)
        progress.update(task.doneBytes / task.totalBytes, factsOf(task).join(" · "));
      const woken = AbortSignal.any(context.signal.aborted ? [ended.signal] : [ended.signal, context.signal]);
      await sleep(LOOK_MS, undefined, { signal: woken }).catch(() => undefined);
    }
    progress.end();
    return valueOf(await working);
  });
}

async function tasks(application: ApplicationClient): Promise<FileTask[]> {
  const listed = await application.call("fileTasks.list", undefined);
  return listed.ok ? listed.value : [];
}

/** "12 MB of 40 MB", "3 MB/s", "9 s left" */
export function factsOf({
  doneBytes,
  totalBytes,
  bytesPerSecond,
  secondsLeft,
}: Pick<FileTask, "doneBytes" | "totalBytes" | "bytesPerSecond" | "secondsLeft">): string[] {
  return [
    formatBytesOf(doneBytes, totalBytes),
    ...(bytesPerSecond === null ? [] : [formatByteSpeed(bytesPerSecond)]),
    ...(secondsLeft === null ? [] : [formatTimeLeft(secondsLeft)]),
  ];
}
