// The button at a variant: download it, then where that stands, then use it.
import { Download as DownloadIcon, Pause, Play } from "lucide-react";
import { t } from "../../../electron/words/language";
import type { HubModel, HubVariant } from "../../../electron/contract/hub";
import { formatPercent } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { ProgressBar } from "../../ui/ProgressBar";
import { Tooltip } from "../../ui/Tooltip";
import styles from "./DownloadButton.module.css";
import { download, pauseDownload, resumeDownload, useDownloadOf } from "./downloads";
import { downloadFacts, downloadFraction } from "../../../electron/words/downloadWords";
import { loadModel, useInstalledVariant } from "./installed";

export interface VariantActionsProps {
  readonly model: HubModel;
  readonly variant: HubVariant;
  readonly name: string;
  /** The one that is best for this machine. */
  readonly best: boolean;
  /** False: its header is still being read, and may say that it is no model. */
  readonly isRead: boolean;
}

export function DownloadButton({ model, variant, name, best, isRead }: VariantActionsProps) {
  const repository = model.summary.repository;
  const running = useDownloadOf(repository, variant);
  const installed = useInstalledVariant(repository, variant);

  if (installed !== null) {
    return (
      <Button
        className={styles.button}
        aria-label={t("Load {name}", { name })}
        onClick={() => void loadModel(installed.model.id)}
      >
        {t("Load")}
      </Button>
    );
  }
  if (running === null || running.state.kind === "ready") {
    return (
      <Button
        className={styles.button}
        look={best ? "primary" : "plain"}
        aria-label={t("Download {name}", { name })}
        disabled={running !== null || !isRead}
        onClick={() => void download(model, variant)}
      >
        {best && <DownloadIcon size={13} />}
        {t("Download")}
      </Button>
    );
  }
  if (running.state.kind === "paused" || running.state.kind === "failed") {
    return (
      <Button
        className={styles.button}
        aria-label={running.state.kind === "failed" ? t("Try again: {name}", { name }) : t("Resume {name}", { name })}
        onClick={() => resumeDownload(running.id)}
      >
        <Play size={13} />
        {running.state.kind === "failed" ? t("Try again") : t("Resume")}
      </Button>
    );
  }
  const fraction = downloadFraction(running);
  return (
    <span className={styles.running}>
      <Tooltip text={downloadFacts(running).join(" · ")}>
        <span className={styles.progress}>
          {running.state.kind === "queued"
            ? t("Queued")
            : running.state.kind === "verifying"
              ? t("Checking")
              : formatPercent(fraction)}
          <ProgressBar label={t("Download of {name}", { name })} fraction={fraction} />
        </span>
      </Tooltip>
      {running.state.kind !== "verifying" && (
        <IconButton
          name={t("Pause {name}", { name })}
          icon={<Pause size={14} />}
          onClick={() => pauseDownload(running.id)}
        />
      )}
    </span>
  );
}
