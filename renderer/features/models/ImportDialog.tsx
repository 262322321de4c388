// Asks once what becomes of files that were dropped or chosen: used where they are, or copied.
import { useState } from "react";
import type { FoundModel, ImportOffer } from "../../../electron/contract/importing";
import { failureText } from "../../../electron/words/failureText";
import { leftOutWords } from "../../../electron/words/leftOutWords";
import { formatBytes, formatCount } from "../../../electron/words/quantities";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { DialogHeader } from "../../ui/DialogHeader";
import { showLibrary } from "../deltas/fineTunesRoute";
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
          <ul className={styles.models} aria-label="Found models">
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
          <p>Models that Facet can use end in .gguf. A folder is searched six levels deep.</p>
        )}
        {usable.length > 0 && (
          <p>
            Used in place,{" "}
            {chosen.length === 1
              ? "the file stays where it is and nothing is copied"
              : "the files stay where they are and nothing is copied"}
            . A copy takes {formatBytes(chosenBytes)}
            {diskFreeBytes !== null && `; ${formatBytes(diskFreeBytes)} are free on the disk of Facet’s folder`}.
          </p>
        )}
        <div className={styles.actions}>
          <Button onClick={dropOffer}>{usable.length === 0 ? "Close" : "Cancel"}</Button>
          {usable.length > 0 && (
            <>
              <Button disabled={chosen.length === 0 || !isRoom} onClick={() => void copyOffer(offer, chosenIds)}>
                Copy into Facet’s folder
              </Button>
              <Button
                look="primary"
                data-first-focus
                disabled={chosen.length === 0}
                onClick={() => void takeOfferInPlace(offer, chosenIds)}
              >
                Use in place
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
        {adapters.length === 1 ? "A fine-tune" : "Fine-tunes"} to put on a model: {adapters.join(", ")}. Facet keeps a
        copy.
      </p>
      <Button look={alone ? "primary" : "plain"} disabled={added} onClick={add}>
        {added
          ? "Added"
          : adapters.length === 1
            ? "Add the fine-tune"
            : `Add ${formatCount(adapters.length)} fine-tunes`}
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
  const { name, fileCount, sizeBytes, quantization, installed, failure } = model;
  const facts = [
    formatBytes(sizeBytes) + (fileCount > 1 ? ` in ${fileCount} files` : ""),
    quantization,
    installed ? "in your list already" : null,
  ];
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
  if (models.length === 0 && adapters.length > 0) return `Add ${counted(adapters.length, "fine-tune") ?? ""}`;
  if (models.length === 0) return "There is no model in this";
  if (only === undefined)
    return models.length === 1 ? "This model cannot be added" : "None of these models can be added";
  return usable.length === 1 ? `Add ${only.name}` : `Add ${formatCount(usable.length)} models`;
}

/** What was not looked at, as far as it has a name. */
function partialWords({ leftOut: { folders } }: ImportOffer): string {
  const names = folders.length === 0 ? "" : ` Not searched to the end: ${folders.join(", ")}.`;
  return `There was more than Facet looks at in one go.${names} Choose a smaller folder to see the rest.`;
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : count === 1 ? `1 ${noun}` : `${formatCount(count)} ${noun}s`;
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
