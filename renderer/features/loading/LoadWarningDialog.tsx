// Before a load that would not fit: how much it needs, how much is free, and the nearest way that fits.
import { formatBytes } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { differenceWords, freeForModel } from "./loadWords";
import { dismissWarning, loadAnyway, loadWith, useWarning } from "./loading";
import styles from "./LoadWarningDialog.module.css";

export function LoadWarningDialog() {
  const warning = useWarning();
  if (warning === null) return null;
  const { modelId, modelName, plan, nearest } = warning;
  const { neededBytes, machine } = plan.fit;
  const free = freeForModel(plan.fit);
  return (
    <Dialog label={`${modelName} does not fit`} onClose={dismissWarning}>
      <DialogHeader title={`${modelName} does not fit`} onClose={dismissWarning} />
      <div className={styles.content}>
        <dl className={styles.amounts}>
          <div>
            <dt>Needed</dt>
            <dd>{neededBytes === null ? "not known" : formatBytes(neededBytes)}</dd>
          </div>
          <div>
            <dt>Free for it</dt>
            <dd>{formatBytes(free)}</dd>
          </div>
        </dl>
        <p>
          {machine.loadedModelBytes > 0 &&
            `The model that is loaded now would make room; its ${formatBytes(machine.loadedModelBytes)} are counted as free. `}
          {formatBytes(machine.systemReserveBytes)} stay with the system and other programs.
        </p>
        {nearest === null ? (
          <p>No smaller context was found with which it fits. Close other programs, or choose a smaller model.</p>
        ) : (
          <p>
            It fits with {differenceWords(plan.choice, nearest.choice)}: {formatBytes(nearest.fit.neededBytes ?? 0)}.
          </p>
        )}
        <p>Loaded anyway, the computer may become very slow, or the system may end the engine. Your chats are safe.</p>
        <div className={styles.actions}>
          <Button onClick={dismissWarning} {...(nearest === null ? { "data-first-focus": true } : {})}>
            Cancel
          </Button>
          <Button onClick={() => loadAnyway(warning)}>Load anyway</Button>
          {nearest !== null && (
            <Button look="primary" data-first-focus onClick={() => loadWith(modelId, nearest.choice)}>
              Load with {differenceWords(plan.choice, nearest.choice)}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
