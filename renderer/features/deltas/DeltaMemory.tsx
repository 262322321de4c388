// What base and fine-tunes take of this machine's memory: one stacked bar, a line where the free memory ends, and how many more fit.
import { useAnswer } from "../../app/answers";
import { t } from "../../../electron/words/language";
import { useApp } from "../../app/appStore";
import { formatBytes, formatCount } from "../../../electron/words/quantities";
import { freeBytes, totalBytes } from "../../../electron/words/fitWords";
import { loadedModel } from "../model/loadedModel";
import styles from "./DeltaMemory.module.css";
import { findDelta, useDeltas, useDeltasForModel } from "./deltas";

export function DeltaMemory() {
  const model = useApp(({ engine }) => loadedModel(engine));
  const inEngine = useDeltas((state) => state.inEngine);
  const deltas = useDeltas((state) => state);
  const { answer: known } = useDeltasForModel(model?.modelId ?? null);
  const { answer: machine } = useAnswer("fit.machine", undefined);
  if (model === null || machine.kind !== "loaded" || deltas.list.length === 0) return null;
  const total = totalBytes(machine.value);
  const loaded = inEngine?.loaded ?? [];
  const contextBytes = inEngine?.contextBytes ?? model.memory.contextBytes;
  const parts = [
    { key: "base", name: model.name, part: "base", bytes: model.memory.weightsBytes, hue: undefined },
    { key: "context", name: t("context"), part: "context", bytes: contextBytes, hue: undefined },
    ...loaded.map(({ deltaId, bytes }) => {
      const delta = findDelta(deltas, deltaId);
      return { key: deltaId, name: delta?.name ?? t("deleted"), part: "delta", bytes, hue: delta?.hue };
    }),
  ];
  const room = known.kind === "loaded" ? known.value.moreThatFit : null;
  const share = (bytes: number) => `${(Math.min(bytes, total) / total) * 100}%`; // not translated
  return (
    <section className={styles.memory} aria-label={t("Memory of base model and fine-tunes")}>
      <div className={styles.bar} aria-hidden>
        <span className={styles.segments}>
          {parts.map(({ key, part, bytes, hue }) => (
            <i key={key} data-part={part} data-hue={hue} style={{ width: share(bytes) }} />
          ))}
        </span>
        <i className={styles.line} style={{ insetInlineStart: share(freeBytes(machine.value)) }} />
      </div>
      <ul className={styles.legend}>
        {parts.map(({ key, name, part, bytes, hue }) => (
          <li key={key} data-part={part} data-hue={hue}>
            <i aria-hidden />
            {name} <b>{formatBytes(bytes)}</b>
          </li>
        ))}
        <li className={styles.room}>{roomWords(room, loaded.length)}</li>
      </ul>
    </section>
  );
}

/** Of small adapters nobody has more, and the exact number helps nobody. */
const MANY = 1000;

function roomWords(room: number | null, loadedCount: number): string {
  if (room === null) return "";
  if (room === 0) return t("no room for more: the one unused the longest makes way");
  const count = formatCount(Math.min(room, MANY));
  if (room > MANY)
    return loadedCount > 0 ? t("room for over {count} more", { count }) : t("room for over {count}", { count });
  return loadedCount > 0 ? t("room for {count} more", { count }) : t("room for {count}", { count });
}
