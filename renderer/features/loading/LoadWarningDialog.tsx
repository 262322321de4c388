// Before a load that would not fit: how much it needs, how much is free, and the nearest way that fits.
import { formatBytes } from "../../../electron/words/quantities";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
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
  const title = t("{name} doesn’t fit", { name: modelName });
  return (
    <Dialog label={title} onClose={dismissWarning}>
      <DialogHeader title={title} onClose={dismissWarning} />
      <div className={styles.content}>
        <dl className={styles.amounts}>
          <div>
            <dt>{t("Needed")}</dt>
            <dd>{neededBytes === null ? t("not known") : formatBytes(neededBytes)}</dd>
          </div>
          <div>
            <dt>{t("Free for it")}</dt>
            <dd>{formatBytes(free)}</dd>
          </div>
        </dl>
        <p>
          {sentences(
            machine.loadedModelBytes > 0
              ? t("The loaded model would make room, so its {size} is counted as free.", {
                  size: formatBytes(machine.loadedModelBytes),
                })
              : null,
            t("{size} is reserved for the system and other programs.", {
              size: formatBytes(machine.systemReserveBytes),
            }),
          )}
        </p>
        {nearest === null ? (
          <p>{t("It doesn’t fit with a smaller context either. Close other programs, or choose a smaller model.")}</p>
        ) : (
          <p>
            {t("It fits with other settings: {settings}. Then it needs {size}.", {
              settings: differenceWords(plan.choice, nearest.choice),
              size: formatBytes(nearest.fit.neededBytes ?? 0),
            })}
          </p>
        )}
        <p>
          {t(
            "If you load it anyway, the computer may become very slow, or the system may end the model’s process. Your chats are safe.",
          )}
        </p>
        <div className={styles.actions}>
          <Button onClick={dismissWarning} {...(nearest === null ? { "data-first-focus": true } : {})}>
            {t("Cancel")}
          </Button>
          <Button onClick={() => loadAnyway(warning)}>{t("Load anyway")}</Button>
          {nearest !== null && (
            <Button look="primary" data-first-focus onClick={() => loadWith(modelId, nearest.choice)}>
              {t("Load with these settings")}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
