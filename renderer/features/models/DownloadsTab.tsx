// Everything that is under way, of this and earlier sessions: jobs on models, then downloads; how far, how fast, what is wrong.
import { Download as DownloadIcon, Pause, Play, X } from "lucide-react";
import type { Download } from "../../../electron/contract/downloads";
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
        title="Nothing is under way"
        words="Downloads go on when Facet is closed and opened again, and each file is checked before it can be used. Models that are being quantized or measured stand here too."
      >
        <Button look="primary" onClick={() => showTab("discover")}>
          Find a model
        </Button>
      </Message>
    );
  }
  return (
    <>
      <JobList />
      {downloads.length > 0 && (
        <ul className={styles.list} aria-label="Downloads">
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
      actions={
        <>
          <Actions download={download} />
          <IconButton
            name={state.kind === "ready" ? `Take ${title} off this list` : `Cancel ${title}`}
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
      return <IconButton name={`Pause ${title}`} icon={<Pause size={15} />} onClick={() => pauseDownload(id)} />;
    case "paused":
      return (
        <Button aria-label={`Resume ${title}`} onClick={() => resumeDownload(id)}>
          <Play size={13} />
          Resume
        </Button>
      );
    case "failed":
      return (
        <Button aria-label={`Try again: ${title}`} onClick={() => resumeDownload(id)}>
          <DownloadIcon size={13} />
          Try again
        </Button>
      );
    case "ready":
      return <Button onClick={() => showTab("installed")}>Show</Button>;
    case "verifying":
      return null;
  }
}
