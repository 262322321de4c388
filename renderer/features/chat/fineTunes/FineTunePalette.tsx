// Who answers next, by keyboard: names are filtered as they are typed. Driven as SearchDialog is.
// A combobox of ARIA's pattern: no element of HTML is a list that is driven from a text field.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Check, Layers } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useApp } from "../../../app/appStore";
import { failureText } from "../../../app/failureText";
import { formatChord, isMac } from "../../../app/keyChord";
import { closeDialog } from "../../../app/layout";
import { openFineTunes } from "../../../app/shortcuts";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { setOpenDraft } from "../composer/draft";
import { focusComposer } from "../composer/focusComposer";
import { changeChatStack, useChatStack } from "./chatStack";
import type { FineTuneChoice } from "./fineTuneChoices";
import { FineTuneLine } from "./FineTuneLine";
import styles from "./FineTunePalette.module.css";
import { paletteOptions } from "./paletteOptions";
import { isFull, toggled } from "./stackChanges";
import { useFineTunes } from "./useFineTunes";

export function FineTunePalette() {
  const stack = useChatStack();
  const choices = useFineTunes();
  const platform = useApp((state) => state.platform);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const options = paletteOptions(choices, query);

  const finish = () => {
    closeDialog();
    requestAnimationFrame(focusComposer);
  };
  /** null: the base. */
  const answerWith = (choice: FineTuneChoice | null) => {
    changeChatStack(choice === null ? [] : [choice.entry]);
    finish();
  };
  const addOrRemove = (choice: FineTuneChoice | null) => changeChatStack(choice === null ? [] : toggled(stack, choice.entry));

  const handleKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const option = options[active];
    const withMod = isMac(platform) ? event.metaKey : event.ctrlKey;
    if (event.key === "ArrowDown") setActive(Math.min(options.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter" && option !== undefined) (withMod ? addOrRemove : answerWith)(option);
    // In a name that is being typed it is a letter.
    else if (event.key === " " && query === "" && option !== undefined) addOrRemove(option);
    // Twice, it is the first letter of a message.
    else if (event.key === "/" && query === "") {
      setOpenDraft("/");
      finish();
    } else return;
    event.preventDefault();
  };

  return (
    <Dialog label="Switch fine-tune" place="top" onClose={closeDialog}>
      <div className={styles.query}>
        <Layers size={16} aria-hidden />
        <input
          role="combobox"
          data-first-focus
          aria-label="Name of a fine-tune"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={options[active] === undefined ? undefined : `${listId}-${active}`}
          placeholder="Who answers next?"
          spellCheck={false}
          maxLength={120}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div className={styles.results}>
        <div id={listId} role="listbox" aria-label="Fine-tunes that fit this model" aria-multiselectable>
          {options.map((choice, index) => (
            <Option
              key={choice?.entry.deltaId ?? "base"}
              id={`${listId}-${index}`}
              choice={choice}
              isActive={index === active}
              isChosen={choice === null ? stack.length === 0 : choice.isChosen}
              onPoint={() => setActive(index)}
              onChoose={(adds) => (adds ? addOrRemove : answerWith)(choice)}
            />
          ))}
        </div>
        <output className={styles.nothing}>{query.trim() !== "" && options.length === 0 && "No fine-tune that fits this model has that name."}</output>
        {choices.length === 0 && (
          <div className={styles.none}>
            <p>There are no fine-tunes on this computer yet.</p>
            <Button
              onClick={() => {
                closeDialog();
                openFineTunes();
              }}
            >
              Get a fine-tune
            </Button>
          </div>
        )}
      </div>
      {choices.length > 0 && (
        <p className={styles.hints}>
          <span>
            <kbd>{formatChord("Enter", platform)}</kbd> only this one
          </span>
          <span>
            <kbd>{formatChord("Mod+Enter", platform)}</kbd> {isFull(stack) ? "take out of the stack, which is full" : "add or take out"}
          </span>
        </p>
      )}
    </Dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly choice: FineTuneChoice | null;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onChoose: (adds: boolean) => void;
}

function Option({ id, choice, isActive, isChosen, onPoint, onChoose }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  const problem = choice?.problem ?? null;
  return (
    // The keyboard stays in the field and moves the active option (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={isChosen}
      data-active={isActive || undefined}
      className={styles.option}
      onPointerMove={onPoint}
      onClick={(event) => onChoose(event.ctrlKey || event.metaKey)}
    >
      <FineTuneLine entry={choice?.entry ?? null} {...(problem === null ? {} : { note: failureText(problem).happened })} />
      <Check size={15} className={styles.check} data-chosen={isChosen || undefined} aria-hidden />
    </div>
  );
}
