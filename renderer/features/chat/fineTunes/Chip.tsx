// One fine-tune in the chat's header: a click lets it answer alone, with Ctrl it joins the others; its menu opens from the arrow,
// a right click, or the down key. Dragged, or with Ctrl, Shift and an arrow key, it goes elsewhere among the chips (useChipOrder.ts).
import { ChevronDown, TriangleAlert } from "lucide-react";
import { Popover } from "radix-ui";
import { useRef, useState } from "react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import { failureText } from "../../../../electron/words/failureText";
import { kindWords } from "../../deltas/stackWords";
import { ChipMenu } from "./ChipMenu";
import styles from "./FineTuneChips.module.css";
import type { FineTuneChoice } from "./fineTuneChoices";
import { t } from "../../../../electron/words/language";

interface ChipProps {
  readonly choice: FineTuneChoice;
  readonly stack: NamedStack;
  readonly isReached: boolean;
  /** Another chip would be dropped on this side of it. */
  readonly dropMark: "before" | "after" | undefined;
  readonly onReach: () => void;
  readonly onChoose: (adds: boolean) => void;
}

export function Chip({ choice, stack, isReached, dropMark, onReach, onChoose }: ChipProps) {
  const { entry, delta, isChosen, problem } = choice;
  const [menuOpen, setMenuOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Popover.Root open={menuOpen} onOpenChange={setMenuOpen}>
      <Popover.Anchor asChild>
        <span
          className={styles.chip}
          data-hue={entry.hue}
          data-pressed={isChosen || undefined}
          data-unusable={(problem !== null && isChosen) || undefined}
          data-drop={dropMark}
          data-movable={delta === null ? undefined : entry.deltaId}
          draggable={delta !== null}
        >
          <button
            ref={button}
            type="button"
            className={styles.choose}
            data-chip-stop
            aria-pressed={isChosen}
            aria-haspopup="dialog"
            aria-keyshortcuts={delta === null ? undefined : "Control+Shift+ArrowLeft Control+Shift+ArrowRight"} // not translated
            tabIndex={isReached ? 0 : -1}
            title={
              problem === null
                ? t("{name} answers next. Right-click for strength and more, drag to reorder.", { name: entry.name })
                : failureText(problem).happened
            }
            onFocus={onReach}
            onClick={(event) => onChoose(event.ctrlKey || event.metaKey)}
            onKeyDown={(event) => {
              const adds = event.key === "Enter" && (event.ctrlKey || event.metaKey);
              if (adds) onChoose(true);
              else if (event.key === "ArrowDown") setMenuOpen(true);
              else return;
              event.preventDefault();
            }}
            onContextMenu={(event) => {
              event.preventDefault();
              setMenuOpen(true);
            }}
          >
            {problem === null ? (
              <i className={styles.dot} />
            ) : (
              <TriangleAlert size={12} className={styles.warning} aria-hidden />
            )}
            <span className={styles.name}>{entry.name}</span>
            <span className={styles.kind}>{kindWords(entry)}</span>
            {problem !== null && <span className="visually-hidden"> {t("(can’t be used now)")}</span>}
          </button>
          <Popover.Trigger className={styles.menu} aria-label={t("Menu of {name}", { name: entry.name })} tabIndex={-1}>
            <ChevronDown size={12} aria-hidden />
          </Popover.Trigger>
        </span>
      </Popover.Anchor>
      <Popover.Portal>
        <ChipMenu
          choice={choice}
          stack={stack}
          onClose={() => setMenuOpen(false)}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            button.current?.focus();
          }}
        />
      </Popover.Portal>
    </Popover.Root>
  );
}
