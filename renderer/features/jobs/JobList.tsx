// The jobs on models: the one that runs with its steps, those that wait with their place, and those that ended with what comes next.
import { Check, MessageSquare, RotateCcw, X } from "lucide-react";
import { t } from "../../../electron/words/language";
import type { Job } from "../../../electron/contract/jobQueue";
import type { Delta } from "../../../electron/contract/deltas";
import type { ModelId } from "../../../electron/contract/ids";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import { IconButton } from "../../ui/IconButton";
import { TaskRow } from "../../ui/TaskRow";
import { answerWith } from "../deltas/deltaActions";
import { findDelta, useDeltas } from "../deltas/deltas";
import { deltaFacts } from "../../../electron/words/deltaWords";
import { showDetails } from "../deltas/fineTunesRoute";
import { loadModel } from "../models/installed";
import { openQuality, showTab } from "../models/modelsRoute";
import styles from "./JobList.module.css";
import { cancelJob, dismissJob, retryJob, useJobs } from "./jobs";
import {
  doingWords,
  jobFacts,
  jobFraction,
  jobKind,
  jobProblem,
  jobSteps,
  jobTitle,
  stepOf,
  stepWords,
} from "../../../electron/words/jobWords";

export function JobList() {
  const jobs = useJobs((all) => all);
  if (jobs.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={t("Jobs")}>
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  );
}

export function JobRow({ job }: { readonly job: Job }) {
  const { id, start, state } = job;
  const title = jobTitle(job);
  const made = useDeltas((deltas) =>
    state.kind === "done" && state.deltaId !== null ? findDelta(deltas, state.deltaId) : null,
  );
  const active = state.kind === "queued" || state.kind === "running";
  return (
    <TaskRow
      title={title}
      detail={jobKind(start)}
      progress={state.kind === "done" ? "done" : state.kind === "running" ? jobFraction(job) : "waiting"}
      facts={[...jobFacts(job), ...(made === null ? [] : deltaFacts(made))]}
      problem={jobProblem(job)}
      problemDetails={
        state.kind === "failed" ? (
          <>
            <SwitchedOffButton failure={state.failure} />
            <FailureDetails failure={state.failure} />
          </>
        ) : null
      }
      actions={
        active ? (
          <Button aria-label={t("Cancel {title}", { title })} onClick={() => cancelJob(id)}>
            {t("Cancel")}
          </Button>
        ) : (
          <>
            {state.kind === "failed" && (
              <Button aria-label={t("Try again: {name}", { name: title })} onClick={() => retryJob(id)}>
                <RotateCcw size={13} />
                {t("Try again")}
              </Button>
            )}
            {state.kind === "done" && state.modelId !== null && <DoneActions job={job} modelId={state.modelId} />}
            {made !== null && <DeltaActions title={title} delta={made} />}
            <IconButton
              name={t("Remove {title} from this list", { title })}
              icon={<X size={15} />}
              onClick={() => dismissJob(id)}
            />
          </>
        )
      }
    >
      {state.kind === "running" && <Steps job={job} />}
    </TaskRow>
  );
}

function DeltaActions({ title, delta }: { readonly title: string; readonly delta: Delta }) {
  return (
    <>
      <Button look="primary" aria-label={t("Use in a chat: {name}", { name: title })} onClick={() => answerWith(delta)}>
        <MessageSquare size={13} />
        {t("Use in a chat")}
      </Button>
      <Button aria-label={t("Show details of {name}", { name: title })} onClick={() => showDetails(delta.id)}>
        {t("Show details")}
      </Button>
    </>
  );
}

function DoneActions({ job: { start, modelName, state }, modelId }: { readonly job: Job; readonly modelId: ModelId }) {
  const measured =
    start.kind === "quality" ||
    (start.kind === "quantize" && start.measureQuality && state.kind === "done" && state.qualityFailure === null);
  return (
    <>
      {start.kind === "quantize" && (
        <Button
          aria-label={t("Chat with it: {model} in {type}", { model: modelName, type: start.recipe.type })}
          onClick={() => void loadModel(modelId)}
        >
          <MessageSquare size={13} />
          {t("Chat with it")}
        </Button>
      )}
      <Button onClick={() => openQuality(modelId)}>{measured ? t("Show quality") : t("Measure quality")}</Button>
      {start.kind === "quantize" && <Button onClick={() => showTab("installed")}>{t("Show in list")}</Button>}
    </>
  );
}

/** All steps in a line: what is done, what is done now, what comes. */
function Steps({ job: { start, state } }: { readonly job: Job }) {
  if (state.kind !== "running") return null;
  const steps = jobSteps(start);
  const current = state.phase === null ? null : stepOf(state.phase);
  const at = current === null ? -1 : steps.indexOf(current);
  return (
    <>
      <output className="visually-hidden">{current === null ? t("Starting") : doingWords(current)}</output>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li
            key={step}
            {...(index === at ? { "aria-current": "step" as const } : {})}
            data-done={index < at || undefined}
          >
            {index < at && <Check size={12} aria-label={t("Done:")} />}
            {index === at ? doingWords(step) : stepWords(step)}
          </li>
        ))}
      </ol>
    </>
  );
}
