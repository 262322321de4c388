// Who answers next, in the chat's header: Base first, then the fine-tunes that were used last, and a menu with the rest.
// The chips are one stop for Tab, the menu another; the arrow keys go over all of them. Dragging orders them.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import type { DeltaId } from "../../../../electron/contract/ids";
import { rowStep } from "../../../ui/arrowKeys";
import { changeChatStack, useChatStack } from "./chatStack";
import { Chip } from "./Chip";
import styles from "./FineTuneChips.module.css";
import type { FineTuneChoice } from "./fineTuneChoices";
import { MoreMenu } from "./MoreMenu";
import { toggled } from "./stackChanges";
import { useChipOrder } from "./useChipOrder";
import { useFineTunes } from "./useFineTunes";
import { t } from "../../../../electron/words/language";

/** The places that the arrow keys stop at. */
const STOP = "[data-chip-stop]";

export function FineTuneChips() {
  const stack = useChatStack();
  const choices = useFineTunes();
  const chips = choices.filter(({ isChip }) => isChip);
  const group = useRef<HTMLDivElement>(null);
  /** The chip that Tab reaches: where the focus was last, else the first that is pressed. */
  const [reachedId, setReachedId] = useState<string | null>(null);
  const movableIds = chips.filter(({ delta }) => delta !== null).map(({ entry }) => entry.deltaId);
  const { place, dragHandlers, moveByKey } = useChipOrder(group, movableIds);
  const ids = ["base", ...chips.map(({ entry }) => entry.deltaId)];
  const pressedId = stack[0]?.deltaId ?? "base";
  const reached = reachedId !== null && ids.includes(reachedId) ? reachedId : pressedId;

  useEffect(() => {
    scrollToChip(group.current?.querySelector('[aria-pressed="true"]'));
  }, [stack]);

  const moveFocus = (event: KeyboardEvent<HTMLDivElement>) => {
    if (moveByKey(event)) return event.preventDefault();
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOP)];
    const index = stops.findIndex((stop) => stop === event.target);
    const next = nextStop(event.key, index, stops.length);
    if (index === -1 || next === null) return;
    event.preventDefault();
    stops[next]?.focus();
    scrollToChip(stops[next]);
  };

  const dropMark = (deltaId: DeltaId) => {
    if (place === null) return undefined;
    if (place.beforeId === deltaId) return "before";
    return place.beforeId === null && deltaId === movableIds.at(-1) ? "after" : undefined;
  };

  return (
    // The keys are for the buttons inside.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      ref={group}
      className={styles.group}
      role="toolbar"
      aria-label={t("Who answers")}
      data-scrolls={chips.length > 0 || undefined}
      onKeyDown={moveFocus}
    >
      <div className={styles.chips} {...dragHandlers}>
        <span className={styles.chip} data-hue="base" data-pressed={stack.length === 0 || undefined}>
          <button
            type="button"
            className={styles.choose}
            data-chip-stop
            aria-pressed={stack.length === 0}
            tabIndex={reached === "base" ? 0 : -1}
            title={t("The model itself answers, without a fine-tune")}
            onFocus={() => setReachedId("base")}
            onClick={() => changeChatStack([])}
          >
            <i className={styles.dot} />
            {t("Base")}
          </button>
        </span>
        {chips.map((choice) => (
          <Chip
            key={choice.entry.deltaId}
            choice={choice}
            stack={stack}
            isReached={reached === choice.entry.deltaId}
            dropMark={dropMark(choice.entry.deltaId)}
            onReach={() => setReachedId(choice.entry.deltaId)}
            onChoose={(adds) => choose(choice, stack, adds)}
          />
        ))}
      </div>
      <MoreMenu choices={choices} />
    </div>
  );
}

/** With the arrow of its menu, not only the button that has the focus. */
function scrollToChip(button: Element | null | undefined): void {
  button?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Only this one, or beside the others. Choosing what is chosen already gives it another chance after a crash. */
function choose(choice: FineTuneChoice, stack: NamedStack, adds: boolean): void {
  if (choice.canBeChosen) changeChatStack(adds ? toggled(stack, choice.entry) : [choice.entry]);
}

function nextStop(key: string, index: number, count: number): number | null {
  const step = rowStep(key);
  if (step !== null) return (index + step + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}
