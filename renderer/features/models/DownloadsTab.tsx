// All downloads of this and earlier sessions: how far, how fast, what is wrong, and what can be done.
import { Check, Download as DownloadIcon, Pause, Play, X } from "lucide-react";
import type { Download } from "../../../electron/contract/downloads";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { ProgressBar } from "../../ui/ProgressBar";
import styles from "./DownloadsTab.module.css";
import { cancelDownload, pauseDownload, resumeDownload, useDownloads } from "./downloads";
import { downloadFacts, downloadFraction, downloadProblem } from "./downloadWords";
import { Message } from "./Message";
import { showTab } from "./modelsTab";

export function DownloadsTab() {
  const downloads = useDownloads((list) => list);
  if (downloads.length === 0) {
    return (
      <Message title="Nothing is being downloaded" words="What you download goes on when Facet is closed and opened again, and each file is checked before it can be used.">
        <Button look="primary" onClick={() => showTab("discover")}>
          Find a model
        </Button>
      </Message>
    );
  }
  return (
    <ul className={styles.list} aria-label="Downloads">
      {downloads.map((download) => (
        <DownloadRow key={download.id} download={download} />
      ))}
    </ul>
  );
}

function DownloadRow({ download }: { readonly download: Download }) {
  const { id, title, repository, state } = download;
  const problem = downloadProblem(download);
  return (
    <li className={styles.row} data-problem={problem !== null || undefined}>
      <div className={styles.words}>
        <b>{title}</b>
        <span className={styles.repository}>{repository}</span>
      </div>
      <div className={styles.actions}>
        <Actions download={download} />
        <IconButton
          name={state.kind === "ready" ? `Take ${title} off this list` : `Cancel ${title}`}
          icon={<X size={15} />}
          onClick={() => cancelDownload(id)}
        />
      </div>
      <div className={styles.progress}>
        {state.kind !== "ready" && <ProgressBar label={title} fraction={downloadFraction(download)} />}
        <p className={styles.facts}>
          {state.kind === "ready" && <Check size={13} />}
          {downloadFacts(download).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {problem !== null && (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        )}
      </div>
    </li>
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
