// What a user sees while there is no model: it is on its way, or it is missing and here are two ways to get one.
import type { Failure } from "../../../electron/contract/failure";
import type { StarterState } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import {
  formatBytes,
  formatBytesOf,
  formatByteSpeed,
  formatPercent,
  formatTimeLeft,
} from "../../../electron/words/quantities";
import { SwitchedOffButton } from "../../app/SwitchedOffButton";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import { Gem } from "../../ui/Gem";
import { ProgressBar } from "../../ui/ProgressBar";
import styles from "./FirstScreen.module.css";
import { t } from "../../../electron/words/language";

/** As electron/core/starterModel.ts gives it. */
const STARTER_BYTES = 98_362_432;

export function FirstScreen() {
  const starter = useApp((state) => state.starter);
  return (
    <div className={styles.screen}>
      <section className={styles.card} aria-label={t("Model")}>
        <Gem size={34} />
        <StarterStep starter={starter} />
      </section>
    </div>
  );
}

function StarterStep({ starter }: { readonly starter: StarterState }) {
  switch (starter.kind) {
    case "downloading":
      return <Downloading starter={starter} />;
    case "missing":
      return <Missing failure={starter.failure} />;
    case "present":
      return (
        <>
          <h2>{t("Loading the model")}</h2>
          <ProgressBar label={t("Loading the model")} fraction={null} />
        </>
      );
  }
}

function Downloading({ starter }: { readonly starter: StarterState & { kind: "downloading" } }) {
  const { source, receivedBytes, totalBytes } = starter;
  const isInProgress = receivedBytes > 0 && receivedBytes < totalBytes;
  return (
    <>
      <h2>{t("Getting the starter model")}</h2>
      <p>{t("SmolLM2 135M, small enough for any computer. It is downloaded once, from {source}.", { source })}</p>
      <ProgressBar label={t("Download@@noun")} fraction={isInProgress ? receivedBytes / totalBytes : null} />
      <div className={styles.numbers}>
        {isInProgress ? (
          <DownloadNumbers starter={starter} />
        ) : receivedBytes === 0 ? (
          t("Waiting for {source}", { source })
        ) : (
          t("Checking the file")
        )}
      </div>
      <div className={styles.actions}>
        <Button onClick={() => void callOrNotify("models.cancelStarter", undefined)}>{t("Cancel")}</Button>
        <ChooseFile />
      </div>
    </>
  );
}

function DownloadNumbers({ starter }: { readonly starter: StarterState & { kind: "downloading" } }) {
  const { receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = starter;
  return (
    <>
      <span>{formatBytesOf(receivedBytes, totalBytes)}</span>
      <span>{formatPercent(receivedBytes / totalBytes)}</span>
      {bytesPerSecond !== null && <span>{formatByteSpeed(bytesPerSecond)}</span>}
      {secondsLeft !== null && <span>{formatTimeLeft(secondsLeft)}</span>}
    </>
  );
}

function Missing({ failure: lastFailure }: { readonly failure: Failure | null }) {
  // The user knows that they cancelled.
  const failure = lastFailure?.code === "request-cancelled" ? null : lastFailure;
  const text = failure === null ? null : failureText(failure);
  return (
    <>
      <h2>{text?.happened ?? t("No models yet")}</h2>
      <p>
        {text === null
          ? t("Get the starter model ({size}), or choose a GGUF file you already have.", {
              size: formatBytes(STARTER_BYTES),
            })
          : [text.data, text.advice].join(" ")}
      </p>
      {failure !== null && <FailureDetails failure={failure} />}
      <div className={styles.actions}>
        <Button look="primary" onClick={() => void callOrNotify("models.getStarter", undefined)}>
          {failure === null ? t("Get the starter model") : t("Try again")}
        </Button>
        <SwitchedOffButton failure={failure} />
        <ChooseFile />
      </div>
    </>
  );
}

function ChooseFile() {
  return <Button onClick={() => void callOrNotify("models.chooseFile", undefined)}>{t("Choose a GGUF file")}</Button>;
}
