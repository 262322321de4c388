// What can be done with one fine-tune in this chat: its strength, its place in the stack, and what it is.
import { Layers2, ListPlus, RotateCcw, X } from "lucide-react";
import { Popover } from "radix-ui";
import { scaleRange } from "../../../../electron/contract/deltaKinds";
import { type Delta, MAX_STACK_DELTAS, type NamedStack } from "../../../../electron/contract/deltas";
import { failureText } from "../../../../electron/words/failureText";
import { toggleDialog } from "../../../app/layout";
import { formatBytes, formatPercent } from "../../../../electron/words/quantities";
import { Slider } from "../../../ui/Slider";
import { kindAndRank } from "../../../../electron/words/deltaWords";
import { kindWords } from "../../deltas/stackWords";
import { NumberField } from "../sidePanel/NumberField";
import { changeChatStack, rememberScale } from "./chatStack";
import styles from "./ChipMenu.module.css";
import type { FineTuneChoice } from "./fineTuneChoices";
import { isFull, parseScale, SCALE_STEP, withEntry, withoutDelta } from "./stackChanges";
import { t } from "../../../../electron/words/language";

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
      aria-label={[entry.name, kindWords(entry)].join(", ")}
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
            <span>{t("Strength")}</span>
            {entry.scale !== 1 && (
              <button
                type="button"
                className={styles.reset}
                aria-label={t("Reset the strength to 1, as trained")}
                onClick={() => setScale(1)}
              >
                <RotateCcw size={12} aria-hidden />1
              </button>
            )}
            <NumberField
              label={t("Strength")}
              value={entry.scale}
              parse={(text) => parseScale(text, range)}
              onChange={setScale}
            />
          </div>
          <Slider
            label={t("Strength slider")}
            {...range}
            step={SCALE_STEP}
            value={entry.scale}
            className={styles.slider}
            onChange={(scale) => setScale(Math.round(scale * 100) / 100)}
          />
          <p className={styles.hint}>{t("0 is the base model, 1 is as trained.")}</p>
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
              {isFull(stack) ? fullWords() : t("Stack with another…")}
            </button>
            {stack.length > 1 && (
              <button type="button" onClick={() => act([entry])}>
                <Layers2 size={15} aria-hidden />
                {t("Answer with this one only")}
              </button>
            )}
            <button type="button" onClick={() => act(withoutDelta(stack, entry.deltaId))}>
              <X size={15} aria-hidden />
              {stack.length > 1 ? t("Remove from the stack") : t("Remove and answer with Base")}
            </button>
          </>
        ) : (
          canBeChosen && (
            <>
              <button type="button" onClick={() => act([entry])}>
                <Layers2 size={15} aria-hidden />
                {t("Answer with this one")}
              </button>
              {stack.length > 0 && (
                <button type="button" disabled={isFull(stack)} onClick={() => act(withEntry(stack, entry))}>
                  <ListPlus size={15} aria-hidden />
                  {isFull(stack)
                    ? fullWords()
                    : t("Stack with {names}", { names: stack.map(({ name }) => name).join(" + ") })}
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

function fullWords(): string {
  return t("A stack can hold at most {count, plural, one {# fine-tune} other {# fine-tunes}}", {
    count: MAX_STACK_DELTAS,
  });
}

function Facts({ delta: { facts } }: { readonly delta: Delta }) {
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{t("Kind")}</dt>
        <dd>{kindAndRank(facts)}</dd>
      </div>
      <div>
        <dt>{t("In memory")}</dt>
        <dd>{formatBytes(facts.weightsBytes)}</dd>
      </div>
      {facts.fidelity !== null && (
        <div>
          <dt>{t("Kept of the fine-tune")}</dt>
          <dd>{formatPercent(facts.fidelity)}</dd>
        </div>
      )}
      <div>
        <dt>{t("Base model")}</dt>
        <dd>{facts.baseName ?? t("not named in the file")}</dd>
      </div>
    </dl>
  );
}
