// Above the composer, when the model could not be loaded or the engine died: what happened, and the way on.
import { useApp } from "../../app/appStore";
import { callOrNotify } from "../../app/bridge";
import { failureText, withFileName } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { FailureDetails } from "../../ui/FailureDetails";
import styles from "./EngineBanner.module.css";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";

export function EngineBanner() {
  const engine = useApp((state) => state.engine);
  const models = useApp((state) => state.models);
  if (engine.kind !== "load-failed" && engine.kind !== "crashed") return null;
  const text = failureText(withFileName(engine.failure, models.find((model) => model.id === engine.modelId)?.fileName));
  return (
    <section className={styles.banner} role="alert">
      <p className={styles.happened}>{text.happened}</p>
      <p className={styles.rest}>{sentences(text.data, text.advice)}</p>
      <FailureDetails failure={engine.failure} />
      {engine.kind === "load-failed" && (
        <div className={styles.actions}>
          <Button onClick={() => void callOrNotify("models.load", { modelId: engine.modelId })}>
            {t("Try again")}
          </Button>
          <Button look="quiet" onClick={() => void callOrNotify("models.chooseFile", undefined)}>
            {t("Choose a GGUF file…")}
          </Button>
        </div>
      )}
    </section>
  );
}
