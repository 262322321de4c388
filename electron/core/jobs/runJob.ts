// Runs one job in a process of its own: progress, one end, cancel by kill, and nothing half-written left.
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import {
  FromJob,
  UNFINISHED_SUFFIX,
  type JobProgress,
  type JobRequest,
  type JobResult,
  type ToJob,
} from "../../contract/jobs";
import { isTaken, placeFile, placeNumbered } from "../../files/placeFile";
import { syncFolder } from "../../files/syncFolder";
import { unfinishedFileOf } from "../../files/unfinishedFile";
import type { Fork } from "../../process/Fork";
import { codeText, endCause } from "../../process/exitCode";
import { SILENCE_LIMIT_MS, SupervisedProcess, type ProcessEnd } from "../../process/SupervisedProcess";
import { heldReason } from "../fileFailure";
import { UnfinishedFiles } from "../UnfinishedFiles";

export type JobOutcome = Outcome<JobResult>;

export interface JobRun {
  signal: AbortSignal;
  onProgress?: (progress: JobProgress) => void;
  unfinished?: UnfinishedFiles;
}

/** Never rejects for what may go wrong with models, disks and processes. */
export async function runJob(
  fork: Fork<ToJob>,
  message: ToJob,
  { signal, onProgress, unfinished = UnfinishedFiles.withoutFile() }: JobRun,
): Promise<JobOutcome> {
  if (signal.aborted) return cancelled();
  const begun = await unfinishedFilesOf(message);
  for (const file of begun) await unfinished.begin(file);
  let ended: JobOutcome | undefined;
  const ending = await new Promise<ProcessEnd>((resolve) => {
    const process = new SupervisedProcess<ToJob, FromJob>({
      fork,
      schema: FromJob,
      silenceLimitMs: SILENCE_LIMIT_MS,
      onMessage(told) {
        if (ended !== undefined || told.kind === "heartbeat") return;
        if (told.kind === "progress") {
          if (!signal.aborted) onProgress?.(told.progress);
          return;
        }
        ended = told.kind === "done" ? succeed(told.result) : { ok: false, failure: told.failure };
        process.kill("on-purpose");
      },
      // A result that cannot be read: nothing else comes of it.
      onNonsense: () => process.kill("nonsense"),
      onEnd(end) {
        signal.removeEventListener("abort", onAbort);
        resolve(end);
      },
    });
    const onAbort = () => process.kill("on-purpose");
    signal.addEventListener("abort", onAbort, { once: true });
    process.post(message);
  });
  const isCancelled = signal.aborted;
  const finished = ended?.ok && !isCancelled ? await placeResult(message.request, begun[0], ended.value) : ended;
  // What a killed process could not remove itself.
  for (const file of begun) await unfinished.discard(file);
  if (isCancelled) return cancelled();
  if (finished !== undefined) return finished;
  return fail(endCause(ending.code) === "no-memory" ? "out-of-memory" : "job-crashed", undefined, causeOf(ending));
}

function causeOf({ why, code }: ProcessEnd): string {
  if (why === "silence") return "nothing was heard of the job process for a while";
  if (why === "nonsense") return "a message of the job process does not fit the protocol";
  return `the job process ended with code ${codeText(code)}`;
}

function cancelled(): JobOutcome {
  return fail("request-cancelled");
}

/**
 * What the job has written gets its name here, so that nothing of a cancelled job has one. Hours of quantizing are not lost to a file
 * that got the name meanwhile: the model gets a number.
 */
async function placeResult(
  request: JobRequest,
  unfinished: string | undefined,
  result: JobResult,
): Promise<JobOutcome> {
  if (!("target" in request) || unfinished === undefined || result.kind === "import-importance-matrix")
    return succeed(result);
  const { target } = request;
  try {
    if (result.kind === "quantize") result.file = await placeNumbered(unfinished, target);
    else await placeFile(unfinished, target);
    await syncFolder(path.dirname(target));
    return succeed(result);
  } catch (error) {
    const file = path.basename(target);
    return isTaken(error)
      ? fail("target-exists", { file }, error)
      : fail("write-failed", { file, ...heldReason(error) }, error);
  }
}

/** What it writes to before a file gets its name; the first is of its target. */
async function unfinishedFilesOf({ request }: ToJob): Promise<string[]> {
  const targets = "target" in request ? [request.target] : [];
  if (request.kind === "quantize") targets.push(...request.recipe.steps.map(({ matrixPath }) => matrixPath));
  const files: string[] = [];
  for (const target of targets) files.push(await unfinishedFileOf(target, UNFINISHED_SUFFIX));
  // What fitting the scales writes beside the unfinished delta, for moments.
  const beside = request.kind === "make-delta" ? ["group", "refined"] : [];
  return [...files, ...files.flatMap((file) => beside.map((name) => `${file}.${name}${UNFINISHED_SUFFIX}`))];
}
