// What can be done with one fine-tune in this chat: its strength, its place in the stack, and what it is.
import { Layers2, ListPlus, RotateCcw, X } from "lucide-react";
import { Popover } from "radix-ui";
import { scaleRange } from "../../../../electron/contract/deltaKinds";
import { type Delta, MAX_STACK_DELTAS, type NamedStack } from "../../../../electron/contract/deltas";
import { failureText } from "../../../../electron/words/failureText";
import { toggleDialog } from "../../../app/layout";
import { formatBytes, formatPercent, formatScale } from "../../../../electron/words/quantities";
import { Slider } from "../../../ui/Slider";
import { kindAndRank } from "../../../../electron/words/deltaWords";
import { kindWords } from "../../deltas/stackWords";
import { NumberField } from "../sidePanel/NumberField";
import { changeChatStack, rememberScale } from "./chatStack";
import styles from "./ChipMenu.module.css";
import type { FineTuneChoice } from "./fineTuneChoices";
import { isFull, parseScale, SCALE_STEP, withEntry, withoutDelta } from "./stackChanges";

interface ChipMenuProps {
  readonly choice: FineTuneChoice;
  readonly stack: NamedStack;
  readonly onClose: () => void;
  readonly onCloseAutoFocus: (event: Event) => void;
}

export function ChipMenu({ choice, stack, onClose, onCloseAutoFocus }: ChipMenuProps) {
  const { entry, delta, isChosen, problem, canBeChosen } = choice;
  const range = scaleRange(entry.kind);
  const setScale = (scale: number) => {
    if (isChosen) changeChatStack(withEntry(stack, { ...entry, scale }), "soon");
    else rememberScale(entry.deltaId, scale);
  };
  const act = (stackAfter: NamedStack) => {
    changeChatStack(stackAfter);
    onClose();
  };
  return (
    <Popover.Content
      className={styles.content}
      data-hue={entry.hue}
      align="start"
      sideOffset={7}
      collisionPadding={8}
      aria-label={`${entry.name}, ${kindWords(entry)}`}
      onCloseAutoFocus={onCloseAutoFocus}
    >
      <div className={styles.header}>
        <i className={styles.dot} />
        <b>{entry.name}</b>
      </div>
      {problem === null ? null : (
        <p className={styles.problem}>
          {failureText(problem).happened} {failureText(problem).advice}
        </p>
      )}
      {canBeChosen && (
        <div className={styles.strength}>
          <div className={styles.line}>
            <span>Strength</span>
            {entry.scale !== 1 && (
              <button
                type="button"
                className={styles.reset}
                aria-label="Reset the strength to 1, as it was made"
                onClick={() => setScale(1)}
              >
                <RotateCcw size={12} aria-hidden />1
              </button>
            )}
            <NumberField
              label="Strength"
              value={entry.scale}
              parse={(text) => parseScale(text, range)}
              onChange={setScale}
            />
          </div>
          <Slider
            label="Strength slider"
            {...range}
            step={SCALE_STEP}
            value={entry.scale}
            aria-valuetext={formatScale(entry.scale)}
            className={styles.slider}
            onChange={(scale) => setScale(Math.round(scale * 100) / 100)}
          />
          <p className={styles.hint}>0 is the base, 1 as it was made.</p>
        </div>
      )}
      <div className={styles.actions}>
        {isChosen ? (
          <>
            <button
              type="button"
              disabled={isFull(stack)}
              onClick={() => {
                onClose();
                toggleDialog("fine-tunes");
              }}
            >
              <ListPlus size={15} aria-hidden />
              {isFull(stack) ? `A stack holds ${MAX_STACK_DELTAS} at most` : "Stack with another…"}
            </button>
            {stack.length > 1 && (
              <button type="button" onClick={() => act([entry])}>
                <Layers2 size={15} aria-hidden />
                Answer with this one only
              </button>
            )}
            <button type="button" onClick={() => act(withoutDelta(stack, entry.deltaId))}>
              <X size={15} aria-hidden />
              {stack.length > 1 ? "Remove from the stack" : "Remove, and answer with Base"}
            </button>
          </>
        ) : (
          canBeChosen && (
            <>
              <button type="button" onClick={() => act([entry])}>
                <Layers2 size={15} aria-hidden />
                Answer with this one
              </button>
              {stack.length > 0 && (
                <button type="button" disabled={isFull(stack)} onClick={() => act(withEntry(stack, entry))}>
                  <ListPlus size={15} aria-hidden />
                  {isFull(stack)
                    ? `A stack holds ${MAX_STACK_DELTAS} at most`
                    : `Stack with ${stack.map(({ name }) => name).join(" + ")}`}
                </button>
              )}
            </>
          )
        )}
      </div>
      {delta !== null && <Facts delta={delta} />}
    </Popover.Content>
  );
}

function Facts({ delta: { facts } }: { readonly delta: Delta }) {
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Kind</dt>
        <dd>{kindAndRank(facts)}</dd>
      </div>
      <div>
        <dt>In memory</dt>
        <dd>{formatBytes(facts.weightsBytes)}</dd>
      </div>
      {facts.fidelity !== null && (
        <div>
          <dt>Kept of the fine-tune</dt>
          <dd>{formatPercent(facts.fidelity)}</dd>
        </div>
      )}
      <div>
        <dt>Base</dt>
        <dd>{facts.baseName ?? "not named in its file"}</dd>
      </div>
    </dl>
  );
}
