// A job from a command: started, watched with its progress until it has ended, and cancelled by Ctrl C; nothing half-written is left then.
import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../contract/failure";
import type { Job, JobId, JobStart, JobState } from "../../contract/jobQueue";
import type { ApplicationClient } from "../../instance/ApplicationClient";
import { doingWords, jobFacts, jobFraction, jobProblem, phaseFacts, stepOf } from "../../words/jobWords";
import { t } from "../../words/language";
import type { CommandContext } from "./CommandContext";
import type { Output, Progress } from "./Output";
import { errorOf, valueOf } from "./useOutcome";

/** A bar that moves smoothly enough. */
const LOOK_MS = 200;

export interface DoneJob extends Job {
  readonly state: Extract<JobState, { kind: "done" }>;
}

/** Throws what made it fail, and "request-cancelled". `onJoined`: the same work is under way already, and this command waits for it too. */
export async function runJob(start: JobStart, context: CommandContext, onJoined?: () => void): Promise<DoneJob> {
  const application = await context.application();
  return application.during(async () => {
    const before = valueOf(await application.call("jobs.list", undefined));
    const { id } = valueOf(await application.call("jobs.start", start));
    if (before.some((job) => job.id === id)) onJoined?.();
    return watch(id, application, context);
  });
}

/** One that is in the queue already. */
export async function followJob(id: JobId, context: CommandContext): Promise<DoneJob> {
  const application = await context.application();
  return application.during(() => watch(id, application, context));
}

async function watch(id: JobId, application: ApplicationClient, { output, signal }: CommandContext): Promise<DoneJob> {
  const steps = stepsOn(output);
  try {
    while (!signal.aborted) {
      const job = await look(id, application);
      if (job?.state.kind === "done") {
        const problem = jobProblem(job);
        if (problem !== null) output.remark(problem);
        return { ...job, state: job.state };
      }
      if (job?.state.kind === "failed") throw errorOf(job.state.failure);
      if (job !== null) steps.show(labelOf(job), jobFraction(job), factsOf(job).join(" · "));
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    steps.end();
  }
  // Answered when its process is gone and what it left half-written is removed.
  await application.call("jobs.cancel", { id });
  throw errorOf(failure("request-cancelled"));
}

/** A bar for each step. */
function stepsOn(output: Output) {
  let shown = "";
  let progress: Progress | null = null;
  return {
    show(label: string, fraction: number | null, text: string): void {
      if (progress === null || label !== shown) {
        progress?.end();
        progress = output.progress(label);
        shown = label;
      }
      progress.update(fraction, text);
    },
    end: () => progress?.end(),
  };
}

/** null: the application that did it has ended; whoever has the folder next goes on with it. */
async function look(id: JobId, application: ApplicationClient): Promise<Job | null> {
  const listed = await application.call("jobs.list", undefined);
  if (!listed.ok && listed.failure.code === "application-ended") return null;
  const job = valueOf(listed).find((one) => one.id === id);
  // Somebody else has cancelled it.
  if (job === undefined) throw errorOf(failure("request-cancelled"));
  return job;
}

function labelOf({ state }: Job): string {
  if (state.kind === "queued") return t("Waiting");
  return state.kind === "running" && state.phase !== null ? doingWords(stepOf(state.phase)) : t("Starting");
}

/** Without the percent, which the bar says. */
function factsOf(job: Job): string[] {
  const { state } = job;
  if (state.kind === "queued") return jobFacts(job);
  return state.kind === "running" && state.phase !== null ? phaseFacts(state.phase, null) : [];
}
