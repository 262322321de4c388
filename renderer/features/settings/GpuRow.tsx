// What computes: the best GPU, one of several, or the processor; and why a GPU does not.
import type { GpuChoice, GpuDevice, GpuState } from "../../../electron/contract/gpu";
import { t } from "../../../electron/words/language";
import { useAnswer } from "../../app/answers";
import { saveAppSettings } from "../../app/appSettings";
import { useApp } from "../../app/appStore";
import { Button } from "../../ui/Button";
import styles from "./SettingsDialog.module.css";

export function GpuRow() {
  const choice = useApp((state) => state.settings.gpu);
  const { answer } = useAnswer("gpu.state", undefined, { previousStays: true });
  const state: GpuState = answer.kind === "loaded" ? answer.value : { devices: [], unused: null };
  const choices = choicesOf(choice, state.devices);
  const problem = problemOf(choice, state.unused);
  return (
    <div className={styles.row}>
      <label className={styles.words} htmlFor="gpu-choice">
        <b>{t("Computing")}</b>
        <p>{t("A GPU writes faster. Another choice loads the model anew.")}</p>
        {problem !== null && <p role="status">{problem}</p>}
      </label>
      {problem !== null && <Button onClick={() => void saveAppSettings({ gpu: choice })}>{t("Try again")}</Button>}
      <select
        id="gpu-choice"
        className={styles.choice}
        value={keyOf(choice)}
        onChange={({ target }) => {
          const chosen = choices.find((one) => keyOf(one) === target.value);
          if (chosen !== undefined) void saveAppSettings({ gpu: chosen });
        }}
      >
        {choices.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)}>
            {wordsOf(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A card that was chosen stays in the list while it is not there. */
function choicesOf(choice: GpuChoice, devices: readonly GpuDevice[]): GpuChoice[] {
  const named = devices.map(({ backend, index, name }): GpuChoice => ({ kind: "gpu", backend, index, name }));
  const all: GpuChoice[] = [{ kind: "automatic" }, ...named, { kind: "processor" }];
  return all.some((one) => keyOf(one) === keyOf(choice)) ? all : [...all, choice];
}

function keyOf(choice: GpuChoice): string {
  return choice.kind === "gpu" ? `${choice.backend} ${choice.index} ${choice.name}` : choice.kind;
}

function wordsOf(choice: GpuChoice): string {
  if (choice.kind === "automatic") return t("Automatic");
  return choice.kind === "processor" ? t("Processor only") : choice.name;
}

/** Without a card, "automatic" means the processor: nothing is wrong. */
function problemOf(choice: GpuChoice, unused: GpuState["unused"]): string | null {
  if (unused?.why === "failed") return t("The GPU failed at the start, so the processor computes.");
  return unused !== null && choice.kind === "gpu" ? t("The GPU was not found, so the processor computes.") : null;
}
