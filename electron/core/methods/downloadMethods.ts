// The methods "downloads.…" of the application.
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function downloadMethods({ downloads, fileTasks }: Parts) {
  return {
    "downloads.list": () => succeed(downloads.list()),
    // What is being moved must not change meanwhile.
    "downloads.add": (request) => (fileTasks.isRunning("move") ? fail("models-folder-busy") : downloads.add(request)),
    "downloads.pause": async ({ id }) => done(await downloads.pause(id)),
    "downloads.resume": async ({ id }) =>
      fileTasks.isRunning("move") ? fail("models-folder-busy") : done(await downloads.resume(id)),
    "downloads.cancel": async ({ id }) => done(await downloads.cancel(id)),
  } satisfies Partial<CoreHandlers>;
}

function done(outcome: Outcome<null>): Outcome<undefined> {
  return outcome.ok ? succeed(undefined) : outcome;
}
