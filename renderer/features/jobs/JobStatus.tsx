// The job that runs, in the status bar: a few words that lead to the list; also when one failed and nobody has looked.
import { formatCount, formatPercent } from "../../../electron/words/quantities";
import { t } from "../../../electron/words/language";
import styles from "./JobStatus.module.css";
import { isUnfinishedJob, showJobs, useJobs } from "./jobs";
import { doingWords, jobFraction, stepOf } from "../../../electron/words/jobWords";

export function JobStatus() {
  const running = useJobs((jobs) => jobs.find(({ state }) => state.kind === "running") ?? null);
  const waitingCount = useJobs((jobs) => jobs.filter(isUnfinishedJob).length - (running === null ? 0 : 1));
  const failedCount = useJobs((jobs) => jobs.filter(({ state }) => state.kind === "failed").length);
  if (running !== null && running.state.kind === "running") {
    const { phase } = running.state;
    const fraction = jobFraction(running);
    return (
      <button type="button" className={styles.button} onClick={showJobs}>
        <i className={styles.dot} data-tone="busy" />
        {phase === null ? t("Starting a job") : doingWords(stepOf(phase))}
        {fraction !== null && <span className={styles.number}>{formatPercent(fraction)}</span>}
        {waitingCount > 0 && <span className={styles.number}>+{formatCount(waitingCount)}</span>}
      </button>
    );
  }
  if (failedCount === 0) return null;
  return (
    <button type="button" className={styles.button} onClick={showJobs}>
      <i className={styles.dot} data-tone="bad" />
      {t("{count, plural, one {A job failed} other {# jobs failed}}", { count: failedCount })}
    </button>
  );
}
