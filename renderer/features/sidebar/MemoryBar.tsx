// What the loaded model and its fine-tunes take of this machine's memory: one bar, one sentence.
import type { EngineDeltas } from "../../../electron/contract/deltas";
import type { ModelId } from "../../../electron/contract/ids";
import type { LoadedModel } from "../../../electron/contract/model";
import { useApp } from "../../app/appStore";
import { formatBytes, formatBytesOf } from "../../../electron/words/quantities";
import { findDelta, useDeltas, useDeltasForModel } from "../deltas/deltas";
import { loadedModel } from "../model/loadedModel";
import styles from "./MemoryBar.module.css";
import { t } from "../../../electron/words/language";

type LoadedDeltas = EngineDeltas["loaded"];
/** Small ones: nobody will have so many, and the number would only be noise. */
const MANY = 999;
const NONE: LoadedDeltas = [];

export function MemoryBar() {
  const model = useApp((state) => loadedModel(state.engine));
  const totalBytes = useApp((state) => state.totalMemoryBytes);
  return (
    <section className={styles.memory} aria-label={t("Memory")}>
      {model === null ? (
        <>
          <div className={styles.numbers}>
            <span>{t("Memory")}</span>
            <span>{formatBytes(totalBytes)}</span>
          </div>
          <div className={styles.bar} />
          {t("No model loaded")}
        </>
      ) : (
        <Taken model={model} totalBytes={totalBytes} />
      )}
    </section>
  );
}

function Taken({ model, totalBytes }: { readonly model: LoadedModel; readonly totalBytes: number }) {
  const loaded = useDeltas(({ inEngine }) => inEngine?.loaded ?? NONE);
  const hasFineTunes = useDeltas(({ list }) => list.length > 0);
  const names = useDeltas((state) =>
    loaded.map(({ deltaId }) => findDelta(state, deltaId)?.name ?? "").join("\n"),
  ).split("\n");
  const contextBytes = useDeltas(({ inEngine }) => inEngine?.contextBytes) ?? model.memory.contextBytes;
  const { weightsBytes } = model.memory;
  const takenBytes = loaded.reduce((sum, { bytes }) => sum + bytes, weightsBytes + contextBytes);
  const share = (bytes: number) => `${totalBytes === 0 ? 0 : (bytes / totalBytes) * 100}%`; // not translated
  const parts = [
    t("weights {size}", { size: formatBytes(weightsBytes) }),
    t("context {size}", { size: formatBytes(contextBytes) }),
    ...loaded.map(({ bytes }, index) => `${names[index] || t("deleted fine-tune")} ${formatBytes(bytes)}`),
  ];
  return (
    <>
      <div className={styles.numbers}>
        <span>{t("Memory")}</span>
        <span>{formatBytesOf(takenBytes, totalBytes)}</span>
      </div>
      <div className={styles.bar} title={parts.join("\n")}>
        <i className={styles.weights} style={{ width: share(weightsBytes) }} />
        <i className={styles.context} style={{ width: share(contextBytes) }} />
        {loaded.map(({ deltaId, bytes }) => (
          <Segment key={deltaId} deltaId={deltaId} width={share(bytes)} />
        ))}
      </div>
      {hasFineTunes ? (
        <>
          <Room modelId={model.modelId} loaded={loaded} />
          <p className="visually-hidden">{parts.join(", ")}</p>
        </>
      ) : (
        <span className={styles.legend}>
          <span>
            <i className={styles.weights} />
            {parts[0]}
          </span>
          <span>
            <i className={styles.context} />
            {parts[1]}
          </span>
        </span>
      )}
    </>
  );
}

/** A fine-tune in its hue; one that was deleted meanwhile in the base's grey. */
function Segment({ deltaId, width }: { readonly deltaId: LoadedDeltas[number]["deltaId"]; readonly width: string }) {
  const hue = useDeltas((state) => findDelta(state, deltaId)?.hue);
  return <i className={styles.delta} data-hue={hue ?? "base"} style={{ width }} />;
}

/** "1 base model · 4 fine-tunes · room for 38 more". */
function Room({ modelId, loaded }: { readonly modelId: ModelId; readonly loaded: LoadedDeltas }) {
  const { answer: known } = useDeltasForModel(modelId);
  const moreThatFit = known.kind === "loaded" ? known.value.moreThatFit : null;
  return (
    <p>
      {[
        t("1 base model"),
        loaded.length === 0
          ? null
          : t("{count, plural, one {# fine-tune} other {# fine-tunes}}", { count: loaded.length }),
        moreThatFit === null ? null : roomWords(moreThatFit, loaded.length > 0),
      ]
        .filter((part) => part !== null)
        .join(" · ")}
    </p>
  );
}

function roomWords(count: number, isMore: boolean): string {
  if (count > MANY) return isMore ? t("room for many more") : t("room for many fine-tunes");
  return isMore
    ? t("{count, plural, one {room for # more} other {room for # more}}", { count })
    : t("{count, plural, one {room for # fine-tune} other {room for # fine-tunes}}", { count });
}
