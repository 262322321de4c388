// Runs one job in a process of its own: progress, one end, cancel by kill, and nothing half-written left.
import { access, rm } from "node:fs/promises";
import { fail, succeed, type Outcome } from "../../contract/failure";
import { FromJob, UNFINISHED_SUFFIX, type JobProgress, type JobResult, type ToJob } from "../../contract/jobs";

export type JobOutcome = Outcome<JobResult>;

export interface JobListeners {
  onMessage(message: unknown): void;
  /** Once, whatever ended it. */
  onExit(code: number | null): void;
}

/** A utility process in Electron, a forked Node elsewhere. */
export interface JobProcess {
  postMessage(message: ToJob): void;
  /** At once, native code included. */
  kill(): void;
}

export type ForkJob = (listeners: JobListeners) => JobProcess;

/** Never rejects for what may go wrong with models, disks and processes. */
export async function runJob(
  fork: ForkJob,
  message: ToJob,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (progress: JobProgress) => void },
): Promise<JobOutcome> {
  const target = "target" in message.request ? message.request.target : null;
  const wasThere = target !== null && (await exists(target));
  if (signal.aborted) return cancelled();
  let ended: JobOutcome | undefined;
  const exitCode = await new Promise<number | null>((resolve) => {
    const child = fork({
      onMessage(data) {
        const parsed = FromJob.safeParse(data);
        if (!parsed.success || ended !== undefined) return;
        if (parsed.data.kind === "progress") {
          if (!signal.aborted) onProgress?.(parsed.data.progress);
          return;
        }
        ended = parsed.data.kind === "done" ? succeed(parsed.data.result) : { ok: false, failure: parsed.data.failure };
        child.kill();
      },
      onExit(code) {
        signal.removeEventListener("abort", onAbort);
        resolve(code);
      },
    });
    const onAbort = () => child.kill();
    signal.addEventListener("abort", onAbort, { once: true });
    child.postMessage(message);
  });
  if (ended?.ok) return ended;
  await removeUnfinished(message);
  // Killed between its last step and telling of it: the file is whole, but nobody will hear of it.
  if (ended === undefined && target !== null && !wasThere) await rm(target, { force: true }).catch(() => undefined);
  if (signal.aborted) return cancelled();
  return ended ?? fail("job-crashed", undefined, `the job process ended with code ${exitCode}`);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function cancelled(): JobOutcome {
  return fail("request-cancelled");
}

/** What a killed process could not remove itself. */
async function removeUnfinished({ request }: ToJob): Promise<void> {
  const targets = "target" in request ? [request.target] : [];
  // What fitting the scales writes beside the unfinished delta, for moments.
  if (request.kind === "make-delta")
    for (const part of ["group", "refined"]) targets.push(`${request.target}${UNFINISHED_SUFFIX}.${part}`);
  if (request.kind === "quantize") targets.push(...request.recipe.steps.map(({ matrixPath }) => matrixPath));
  await Promise.all(
    targets.map((target) => rm(`${target}${UNFINISHED_SUFFIX}`, { force: true }).catch(() => undefined)),
  );
}
