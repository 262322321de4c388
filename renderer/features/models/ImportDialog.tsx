// Asks once what becomes of files that were dropped or chosen: used where they are, or copied.
import { useState } from "react";
import { t } from "../../../electron/words/language";
import { sentences } from "../../../electron/words/sentences";
import type { FoundModel, ImportOffer } from "../../../electron/contract/importing";
import { failureText } from "../../../electron/words/failureText";
import { leftOutWords } from "../../../electron/words/leftOutWords";
import { formatBytes, formatList } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { showLibrary } from "../deltas/fineTunesRoute";
import { typeFacts } from "../../../electron/words/typeWords";
import { fileSize } from "./fileSize";
import { addFineTunes, copyOffer, dropOffer, takeOfferInPlace, useImport } from "./importing";
import styles from "./ImportDialog.module.css";

export function ImportDialog() {
  const offer = useImport((state) => state.offer);
  return offer === null ? null : <OpenImportDialog key={offer.id} offer={offer} />;
}

function OpenImportDialog({ offer }: { readonly offer: ImportOffer }) {
  const { models, diskFreeBytes, isPartial } = offer;
  const usable = models.filter(isUsable);
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set());
  const chosen = usable.filter(({ id }) => !left.has(id));
  const chosenBytes = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const chosenIds = chosen.map(({ id }) => id);
  const isRoom = diskFreeBytes === null || chosenBytes < diskFreeBytes;
  const title = titleOf(offer, usable);
  const leftOut = leftOutWords(offer);
  return (
    <Dialog label={title} onClose={dropOffer}>
      <DialogHeader title={title} onClose={dropOffer} />
      <div className={styles.content}>
        {models.length > 0 && (
          <ul className={styles.models} aria-label={t("Found models")}>
            {models.map((model) => (
              <li key={model.id}>
                <FoundLine
                  model={model}
                  checked={usable.length > 1 && isUsable(model) ? !left.has(model.id) : null}
                  onToggle={() => setLeft((before) => toggled(before, model.id))}
                />
              </li>
            ))}
          </ul>
        )}
        <FineTunes offer={offer} alone={usable.length === 0} />
        {leftOut !== null && <p>{leftOut}</p>}
        {isPartial && <p>{partialWords(offer)}</p>}
        {models.length === 0 && offer.adapters.length === 0 && (
          <p>{t("Models that Facet can use end in .gguf. A folder is searched six levels deep.")}</p>
        )}
        {usable.length > 0 && (
          <p>
            {sentences(
              t(
                "{count, plural, one {Used in place, the file stays where it is and nothing is copied.} other {Used in place, the files stay where they are and nothing is copied.}}",
                { count: chosen.length },
              ),
              copyWords(chosenBytes, diskFreeBytes),
            )}
          </p>
        )}
        <div className={styles.actions}>
          <Button onClick={dropOffer}>{usable.length === 0 ? t("Close") : t("Cancel")}</Button>
          {usable.length > 0 && (
            <>
              <Button disabled={chosen.length === 0 || !isRoom} onClick={() => void copyOffer(offer, chosenIds)}>
                {t("Copy into Facet’s folder")}
              </Button>
              <Button
                look="primary"
                data-first-focus
                disabled={chosen.length === 0}
                onClick={() => void takeOfferInPlace(offer, chosenIds)}
              >
                {t("Use in place")}
              </Button>
            </>
          )}
        </div>
      </div>
    </Dialog>
  );
}

/** Adapters are small, so they are always copied. */
function FineTunes({ offer, alone }: { readonly offer: ImportOffer; readonly alone: boolean }) {
  const [added, setAdded] = useState(false);
  const { adapters } = offer;
  if (adapters.length === 0) return null;
  const add = () => {
    setAdded(true);
    void addFineTunes(offer);
    if (!alone) return;
    dropOffer();
    // They are seen coming there.
    showLibrary();
  };
  return (
    <div className={styles.fineTunes}>
      <p>
        {t(
          "{count, plural, one {One fine-tune for a model: {names}. Facet stores a copy.} other {# fine-tunes for a model: {names}. Facet stores a copy.}}",
          { count: adapters.length, names: formatList(adapters) },
        )}
      </p>
      <Button look={alone ? "primary" : "plain"} disabled={added} onClick={add}>
        {added
          ? t("Added")
          : t("{count, plural, one {Add the fine-tune} other {Add # fine-tunes}}", { count: adapters.length })}
      </Button>
    </div>
  );
}

interface FoundLineProps {
  readonly model: FoundModel;
  /** null = there is nothing to choose. */
  readonly checked: boolean | null;
  readonly onToggle: () => void;
}

function FoundLine({ model, checked, onToggle }: FoundLineProps) {
  const { name, quantization, installed, failure } = model;
  const facts = [...typeFacts(quantization), fileSize(model), installed ? t("already in your list") : null];
  const Line = checked === null ? "div" : "label";
  return (
    <Line className={styles.model} data-usable={isUsable(model) || undefined}>
      {checked !== null && <input type="checkbox" checked={checked} onChange={onToggle} />}
      <span>
        <b>{name}</b>
        <small>{facts.filter((fact) => fact !== null).join(" · ")}</small>
        {failure !== null && <small className={styles.problem}>{failureText(failure).happened}</small>}
      </span>
    </Line>
  );
}

function isUsable({ installed, failure }: FoundModel): boolean {
  return !installed && failure === null;
}

function titleOf({ models, adapters }: ImportOffer, usable: readonly FoundModel[]): string {
  const [only] = usable;
  if (models.length === 0 && adapters.length > 0)
    return t("{count, plural, one {Add # fine-tune} other {Add # fine-tunes}}", { count: adapters.length });
  if (models.length === 0) return t("No models found here");
  if (only === undefined)
    return models.length === 1 ? t("This model can’t be added") : t("None of these models can be added");
  return usable.length === 1
    ? t("Add {name}", { name: only.name })
    : t("{count, plural, one {Add # model} other {Add # models}}", { count: usable.length });
}

/** What was not looked at, as far as it has a name. */
function partialWords({ leftOut: { folders } }: ImportOffer): string {
  return folders.length === 0
    ? t("There was more than Facet searches at once. Choose a smaller folder to see the rest.")
    : t(
        "There was more than Facet searches at once. Not searched to the end: {folders}. Choose a smaller folder to see the rest.",
        { folders: formatList(folders) },
      );
}

function copyWords(bytes: number, diskFreeBytes: number | null): string {
  const size = formatBytes(bytes);
  return diskFreeBytes === null
    ? t("A copy takes {size}.", { size })
    : t("A copy takes {size}; {free} is free on the disk of Facet’s folder.", {
        size,
        free: formatBytes(diskFreeBytes),
      });
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
