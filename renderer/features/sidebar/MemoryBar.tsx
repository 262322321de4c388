// What the loaded model takes of this machine's memory: one bar, one sentence.
import { useApp } from "../../app/appStore";
import { formatBytes } from "../../app/quantities";
import { loadedModel } from "../model/loadedModel";
import styles from "./MemoryBar.module.css";

export function MemoryBar() {
  const model = useApp((state) => loadedModel(state.engine));
  const totalBytes = useApp((state) => state.totalMemoryBytes);
  const weightsBytes = model?.memory.weightsBytes ?? 0;
  const contextBytes = model?.memory.contextBytes ?? 0;
  const share = (bytes: number) => `${totalBytes === 0 ? 0 : (bytes / totalBytes) * 100}%`;

  return (
    <section className={styles.memory} aria-label="Memory">
      <div className={styles.numbers}>
        <span>Memory</span>
        <span>
          {model !== null && `${formatBytes(weightsBytes + contextBytes)} of `}
          {formatBytes(totalBytes)}
        </span>
      </div>
      <div className={styles.bar}>
        <i className={styles.weights} style={{ width: share(weightsBytes) }} />
        <i className={styles.context} style={{ width: share(contextBytes) }} />
      </div>
      {model === null ? (
        "No model is loaded"
      ) : (
        <span className={styles.legend}>
          <span>
            <i className={styles.weights} />
            weights {formatBytes(weightsBytes)}
          </span>
          <span>
            <i className={styles.context} />
            context {formatBytes(contextBytes)}
          </span>
        </span>
      )}
    </section>
  );
}
