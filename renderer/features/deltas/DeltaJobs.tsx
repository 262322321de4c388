// The jobs that make or fetch fine-tunes, on the page where what they make will stand.
import { JobRow } from "../jobs/JobList";
import { t } from "../../../electron/words/language";
import jobStyles from "../jobs/JobList.module.css";
import { isDeltaJob, useJobs } from "../jobs/jobs";
import { useShallow } from "zustand/react/shallow";

export function DeltaJobs() {
  const jobs = useJobs(useShallow((all) => all.filter(isDeltaJob)));
  if (jobs.length === 0) return null;
  return (
    <ul className={jobStyles.list} aria-label={t("Fine-tunes on their way")}>
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  );
}
