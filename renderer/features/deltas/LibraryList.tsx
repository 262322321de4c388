// The fine-tunes on this computer, in groups by how they go with the model that is loaded.
import { useEffect, useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { Delta, DeltaForModel } from "../../../electron/contract/deltas";
import { useApp } from "../../app/appStore";
import { failureText } from "../../../electron/words/failureText";
import { Button } from "../../ui/Button";
import { Message } from "../models/Message";
import { addDeltaFile } from "./deltaActions";
import { refreshDeltas, useDeltas, useDeltasForModel } from "./deltas";
import { CommandLineDialog } from "./CommandLineDialog";
import { DeleteDeltaDialog } from "./DeleteDeltaDialog";
import { type DeltaDialog, DeltaRow } from "./DeltaRow";
import { baseTitle, type DeltaGroup, groupDeltas } from "../../../electron/words/deltaWords";
import { showHub, showMake } from "./fineTunesRoute";
import styles from "./LibraryList.module.css";
import { RenameDeltaDialog } from "./RenameDeltaDialog";
import { useTargetModel } from "./useTargetModel";

/** Fewer are seen at a glance. */
const FILTERED_FROM = 7;

interface OpenDialog {
  readonly kind: DeltaDialog;
  readonly delta: Delta;
}

export function LibraryList() {
  const list = useDeltas((state) => state.list);
  const model = useTargetModel();
  const { answer: known, askAgain } = useDeltasForModel(model?.id ?? null);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [base, setBase] = useState<string | null>(null);
  useEffect(() => void refreshDeltas(), []);
  if (list.length === 0) return <Empty />;
  const bases = [...new Set(list.map(baseTitle))].sort((one, other) => one.localeCompare(other));
  const shownBase = base !== null && bases.includes(base) ? base : null;
  const all = known.kind === "loaded" ? known.value.deltas : list.map(unmatched);
  const groups = groupDeltas(all.filter(({ delta }) => shownBase === null || baseTitle(delta) === shownBase));
  const canMatch = model !== null && known.kind === "loaded";
  const close = () => setDialog(null);
  return (
    <>
      {list.length >= FILTERED_FROM && bases.length > 1 && (
        <label className={styles.filter}>
          {t("Made for")}
          <select value={shownBase ?? ""} onChange={({ target }) => setBase(target.value === "" ? null : target.value)}>
            <option value="">{t("all models")}</option>
            {bases.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {known.kind === "failed" && model !== null && (
        <p className={styles.note} role="alert">
          {sentences(
            t("Facet couldn’t find out which of these work with {model}.", { model: model.name }),
            failureText(known.failure).happened,
          )}
          <Button look="quiet" onClick={askAgain}>
            {t("Try again")}
          </Button>
        </p>
      )}
      {groups.map((group) => (
        <section key={group.kind} className={styles.group}>
          <h2>{groupTitle(group, canMatch ? model.name : null)}</h2>
          <ul className={styles.rows} aria-label={groupTitle(group, canMatch ? model.name : null)}>
            {group.deltas.map((each) => (
              <DeltaRow
                key={each.delta.id}
                entry={each}
                modelId={canMatch ? model.id : null}
                onDialog={(kind) => setDialog({ kind, delta: each.delta })}
              />
            ))}
          </ul>
        </section>
      ))}
      {dialog?.kind === "rename" && <RenameDeltaDialog delta={dialog.delta} onClose={close} />}
      {dialog?.kind === "delete" && <DeleteDeltaDialog delta={dialog.delta} onClose={close} />}
      {dialog?.kind === "command" && model !== null && (
        <CommandLineDialog delta={dialog.delta} modelId={model.id} onClose={close} />
      )}
    </>
  );
}

function Empty() {
  const hasModel = useApp((state) => state.models.length > 0);
  return (
    <Message
      title={t("No fine-tunes yet")}
      words={
        hasModel
          ? t(
              "A fine-tune changes how your model answers and takes a fraction of its memory. It is a LoRA adapter, or a 1-bit delta that Facet makes from a whole fine-tuned model.",
            )
          : t(
              "A fine-tune changes how a model answers and takes a fraction of its memory. It is a LoRA adapter, or a 1-bit delta that Facet makes from a whole fine-tuned model.",
            )
      }
    >
      <Button look="primary" onClick={() => void addDeltaFile()}>
        {t("Add a file")}
      </Button>
      <Button onClick={showHub}>{t("From Hugging Face")}</Button>
      <Button onClick={() => showMake()}>{t("Make a delta")}</Button>
    </Message>
  );
}

function groupTitle({ kind, deltas }: DeltaGroup, modelName: string | null): string {
  switch (kind) {
    case "usable":
      return modelName === null ? t("On this computer") : t("For {model}", { model: modelName });
    case "broken":
      return t("{count, plural, one {Needs your attention} other {# need your attention}}", { count: deltas.length });
    case "others":
      return t("For other models");
  }
}

/** Without a model nobody knows what a fine-tune goes with. */
function unmatched(delta: Delta): DeltaForModel {
  return { delta, match: "fits", failure: null };
}
