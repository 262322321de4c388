// All jobs on models as main last sent them, what a user does with them, and word of those that ended out of sight. Renderer.
import { createStore, useStore } from "zustand";
import { t } from "../../../electron/words/language";
import type { Job, JobId, JobStart } from "../../../electron/contract/jobQueue";
import { call, callOrNotify } from "../../app/bridge";
import { layoutStore, showPage } from "../../app/layout";
import { showOffer } from "../../app/notices";
import { isLibraryShown, showLibrary } from "../deltas/fineTunesRoute";
import { isTabShown, showTab } from "../models/modelsRoute";
import { endedWords } from "../../../electron/words/jobWords";

const jobStore = createStore<{ readonly jobs: readonly Job[] }>()(() => ({ jobs: [] }));

export function applyJobs(jobs: readonly Job[]): void {
  const before = jobStore.getState().jobs;
  jobStore.setState({ jobs });
  for (const job of jobs) {
    if (isOnScreen(job)) continue;
    const known = before.find(({ id }) => id === job.id);
    const words = known !== undefined && isUnfinishedJob(known) ? endedWords(job) : null;
    if (words !== null) showOffer(words, { label: t("Show"), run: () => showJob(job) });
  }
}

/** The queue as it is before the first event of it. */
export async function startJobs(): Promise<void> {
  const outcome = await call("jobs.list", undefined);
  if (outcome.ok) jobStore.setState({ jobs: outcome.value });
}

export function useJobs<Value>(select: (jobs: readonly Job[]) => Value): Value {
  return useStore(jobStore, ({ jobs }) => select(jobs));
}

/** Puts it in the queue and shows where it stands; false when main refused, which is shown as a notice. */
export async function startJob(start: JobStart): Promise<boolean> {
  const job = await callOrNotify("jobs.start", start);
  if (job === null) return false;
  jobStore.setState(({ jobs }) => ({ jobs: jobs.some(({ id }) => id === job.id) ? jobs : [...jobs, job] }));
  showJob(job);
  return true;
}

export function cancelJob(id: JobId): void {
  void callOrNotify("jobs.cancel", { id });
}

export function retryJob(id: JobId): void {
  void callOrNotify("jobs.retry", { id });
}

export function dismissJob(id: JobId): void {
  void callOrNotify("jobs.dismiss", { id });
}

export function isUnfinishedJob({ state }: Job): boolean {
  return state.kind === "queued" || state.kind === "running";
}

export function showJobs(): void {
  showPage("models");
  showTab("downloads");
}

/** Its result stands among the fine-tunes. */
export function isDeltaJob({ start }: Pick<Job, "start">): boolean {
  return start.kind === "make-delta" || start.kind === "fetch-delta";
}

function showJob(job: Job): void {
  if (isDeltaJob(job)) showLibrary();
  else showJobs();
}

function isOnScreen(job: Job): boolean {
  return (isDeltaJob(job) && isLibraryShown()) || (layoutStore.getState().page === "models" && isTabShown("downloads"));
}
