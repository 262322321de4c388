// What a user sees while there is no model: it is on its way, or it is missing and here are two ways to get one.
import type { Failure } from "../../../electron/contract/failure";
import type { StarterState } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText } from "../../../electron/words/failureText";
import { formatBytes, formatPercent, formatTimeLeft } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import { Gem } from "../../ui/Gem";
import { ProgressBar } from "../../ui/ProgressBar";
import styles from "./FirstScreen.module.css";

export function FirstScreen() {
  const starter = useApp((state) => state.starter);
  return (
    <div className={styles.screen}>
      <section className={styles.card} aria-label="Model">
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
          <h2>Loading the model</h2>
          <ProgressBar label="Loading the model" fraction={null} />
        </>
      );
  }
}

function Downloading({ starter }: { readonly starter: StarterState & { kind: "downloading" } }) {
  const { source, receivedBytes, totalBytes } = starter;
  const isInProgress = receivedBytes > 0 && receivedBytes < totalBytes;
  return (
    <>
      <h2>Getting the starter model</h2>
      <p>SmolLM2 135M, small enough for every computer. It is downloaded once, from {source}.</p>
      <ProgressBar label="Download" fraction={isInProgress ? receivedBytes / totalBytes : null} />
      <div className={styles.numbers}>
        {isInProgress ? (
          <DownloadNumbers starter={starter} />
        ) : receivedBytes === 0 ? (
          `Waiting for ${source}`
        ) : (
          "Checking the file"
        )}
      </div>
      <div className={styles.actions}>
        <Button onClick={() => void callOrNotify("models.cancelStarter", undefined)}>Cancel</Button>
        <ChooseFile />
      </div>
    </>
  );
}

function DownloadNumbers({ starter }: { readonly starter: StarterState & { kind: "downloading" } }) {
  const { receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = starter;
  return (
    <>
      <span>
        {formatBytes(receivedBytes)} of {formatBytes(totalBytes)}
      </span>
      <span>{formatPercent(receivedBytes / totalBytes)}</span>
      {bytesPerSecond !== null && <span>{formatBytes(bytesPerSecond)}/s</span>}
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
      <h2>{text?.happened ?? "There is no model on this computer yet."}</h2>
      <p>
        {text === null
          ? "Get the starter model, 98 MB, or choose a GGUF file that you have."
          : `${text.data} ${text.advice}`}
      </p>
      {failure !== null && <FailureDetails failure={failure} />}
      <div className={styles.actions}>
        <Button look="primary" onClick={() => void callOrNotify("models.getStarter", undefined)}>
          {failure === null ? "Get the starter model" : "Try again"}
        </Button>
        <ChooseFile />
      </div>
    </>
  );
}

function ChooseFile() {
  return <Button onClick={() => void callOrNotify("models.chooseFile", undefined)}>Choose a GGUF file</Button>;
}
