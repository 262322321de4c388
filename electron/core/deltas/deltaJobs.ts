// Short work on deltas in a job process of its own: it reads whole files, and may die of them.
import type { BaseVerdict } from "../../contract/deltaJobs";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { JobTools } from "../jobs/JobTools";
import { runJob } from "../jobs/runJob";

/** Some tenths of a second, on a slow disk with a large model more. */
const BASE_CHECK_TIMEOUT_MS = 60_000;
/** It reads and writes the file once: gigabytes on a slow disk. */
const FORM_TIMEOUT_MS = 600_000;

type Jobs = Pick<JobTools, "fork" | "appFolder" | "unfinished">;

/** Whether a delta was made for a model: reads both files. */
export async function checkDeltaBase(delta: string, model: string, tools: Jobs): Promise<Outcome<BaseVerdict>> {
  const done = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request: { kind: "check-delta-base", delta, model } },
    { signal: AbortSignal.timeout(BASE_CHECK_TIMEOUT_MS) },
  );
  if (!done.ok) return done;
  return done.value.kind === "check-delta-base" ? succeed(done.value.verdict) : fail("internal");
}

/** Writes a delta in its compact form, or expanded. */
export async function changeDeltaForm(
  form: { source: string; target: string; compact: boolean },
  tools: Jobs,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome<undefined>> {
  const done = await runJob(
    tools.fork,
    { appFolder: tools.appFolder, request: { kind: "convert-delta", ...form } },
    { signal: AbortSignal.any([signal, AbortSignal.timeout(FORM_TIMEOUT_MS)]), unfinished: tools.unfinished },
  );
  return done.ok ? succeed(undefined) : done;
}
