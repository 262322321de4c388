// Everything that is under way, of this and earlier sessions: jobs on models, then downloads; how far, how fast, what is wrong.
import { Download as DownloadIcon, Pause, Play, X } from "lucide-react";
import { t } from "../../../electron/words/language";
import type { Download } from "../../../electron/contract/downloads";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { TaskRow } from "../../ui/TaskRow";
import { JobList } from "../jobs/JobList";
import { useJobs } from "../jobs/jobs";
import styles from "./DownloadsTab.module.css";
import { cancelDownload, pauseDownload, resumeDownload, useDownloads } from "./downloads";
import { downloadFacts, downloadFraction, downloadProblem } from "../../../electron/words/downloadWords";
import { Message } from "./Message";
import { showTab } from "./modelsRoute";

export function DownloadsTab() {
  const downloads = useDownloads((list) => list);
  const hasJobs = useJobs((jobs) => jobs.length > 0);
  if (downloads.length === 0 && !hasJobs) {
    return (
      <Message
        title={t("No downloads or jobs")}
        words={t(
          "Downloads continue when you open Facet again, and each file is checked before it can be used. Models that are being quantized or measured appear here too.",
        )}
      >
        <Button look="primary" onClick={() => showTab("discover")}>
          {t("Find a model")}
        </Button>
      </Message>
    );
  }
  return (
    <>
      <JobList />
      {downloads.length > 0 && (
        <ul className={styles.list} aria-label={t("Downloads")}>
          {downloads.map((download) => (
            <DownloadRow key={download.id} download={download} />
          ))}
        </ul>
      )}
    </>
  );
}

function DownloadRow({ download }: { readonly download: Download }) {
  const { id, title, repository, state } = download;
  return (
    <TaskRow
      title={title}
      detail={repository}
      progress={state.kind === "ready" ? "done" : downloadFraction(download)}
      facts={downloadFacts(download)}
      problem={downloadProblem(download)}
      problemDetails={<SwitchedOffButton failure={"failure" in state ? state.failure : null} />}
      actions={
        <>
          <Actions download={download} />
          <IconButton
            name={
              state.kind === "ready" ? t("Remove {title} from this list", { title }) : t("Cancel {title}", { title })
            }
            icon={<X size={15} />}
            onClick={() => cancelDownload(id)}
          />
        </>
      }
    />
  );
}

function Actions({ download: { id, title, state } }: { readonly download: Download }) {
  switch (state.kind) {
    case "queued":
    case "downloading":
    case "waiting":
      return (
        <IconButton
          name={t("Pause {name}", { name: title })}
          icon={<Pause size={15} />}
          onClick={() => pauseDownload(id)}
        />
      );
    case "paused":
      return (
        <Button aria-label={t("Resume {name}", { name: title })} onClick={() => resumeDownload(id)}>
          <Play size={13} />
          {t("Resume")}
        </Button>
      );
    case "failed":
      return (
        <Button aria-label={t("Try again: {name}", { name: title })} onClick={() => resumeDownload(id)}>
          <DownloadIcon size={13} />
          {t("Try again")}
        </Button>
      );
    case "ready":
      return <Button onClick={() => showTab("installed")}>{t("Show")}</Button>;
    case "verifying":
      return null;
  }
}
