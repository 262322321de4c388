// What the loaded model and its fine-tunes take of this machine's memory: one bar, one sentence.
import { useEffect } from "react";
import type { EngineDeltas } from "../../../electron/contract/deltas";
import { useApp } from "../../app/appStore";
import { formatBytes, formatCount } from "../../app/quantities";
import { askForModel, findDelta, useDeltas, useDeltasForModel } from "../deltas/deltas";
import { loadedModel } from "../model/loadedModel";
import styles from "./MemoryBar.module.css";

const NONE: EngineDeltas["loaded"] = [];

export function MemoryBar() {
  const model = useApp((state) => loadedModel(state.engine));
  const totalBytes = useApp((state) => state.totalMemoryBytes);
  const loaded = useDeltas(({ inEngine }) => inEngine?.loaded ?? NONE);
  const contextBytes = useDeltas(({ inEngine }) => inEngine?.contextBytes) ?? model?.memory.contextBytes ?? 0;
  const hasFineTunes = useDeltas(({ list }) => list.length > 0);
  const weightsBytes = model?.memory.weightsBytes ?? 0;
  const deltaBytes = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = (bytes: number) => `${totalBytes === 0 ? 0 : (bytes / totalBytes) * 100}%`;

  return (
    <section className={styles.memory} aria-label="Memory">
      <div className={styles.numbers}>
        <span>Memory</span>
        <span>
          {model !== null && `${formatBytes(weightsBytes + contextBytes + deltaBytes)} of `}
          {formatBytes(totalBytes)}
        </span>
      </div>
      <div className={styles.bar}>
        <i className={styles.weights} style={{ width: share(weightsBytes) }} />
        <i className={styles.context} style={{ width: share(model === null ? 0 : contextBytes) }} />
        {model !== null && loaded.map(({ deltaId, bytes }) => <Segment key={deltaId} deltaId={deltaId} width={share(bytes)} />)}
      </div>
      {model === null ? (
        "No model is loaded"
      ) : (
        <>
          {hasFineTunes && <Room modelId={model.modelId} loaded={loaded} />}
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
        </>
      )}
    </section>
  );
}

type LoadedDelta = EngineDeltas["loaded"][number];

/** A fine-tune in its hue; one that was deleted meanwhile in the base's grey. */
function Segment({ deltaId, width }: { readonly deltaId: LoadedDelta["deltaId"]; readonly width: string }) {
  const hue = useDeltas((state) => findDelta(state, deltaId)?.hue);
  return <i className={styles.delta} data-hue={hue ?? "base"} style={{ width }} />;
}

/** "1 base · 4 fine-tunes · room for 38 more". */
function Room({ modelId, loaded }: { readonly modelId: Parameters<typeof askForModel>[0]; readonly loaded: EngineDeltas["loaded"] }) {
  const known = useDeltasForModel(modelId);
  // What fits beside the model is known once it is loaded, and is less with each fine-tune that is brought in.
  useEffect(() => void askForModel(modelId), [modelId, loaded]);
  const moreThatFit = known.kind === "loaded" ? known.value.moreThatFit : null;
  const count = loaded.length;
  return (
    <p className={styles.room}>
      1 base · {count === 0 ? "no fine-tune" : count === 1 ? "1 fine-tune" : `${count} fine-tunes`}
      {moreThatFit !== null && ` · room for ${formatCount(moreThatFit)} ${count === 0 ? "" : "more"}`}
    </p>
  );
}
