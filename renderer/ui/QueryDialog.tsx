// A field under the window's upper edge, and below it a list that changes as one types: the keyboard stays in the field and moves
// through the list. A combobox of ARIA's pattern: no element of HTML is a list that is driven from a text field.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Dialog } from "./Dialog";
import styles from "./QueryDialog.module.css";

interface QueryDialogProps<Item> {
  readonly label: string;
  readonly fieldLabel: string;
  readonly placeholder: string;
  readonly maxLength: number;
  readonly icon: ReactNode;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly items: readonly Item[];
  readonly itemKey: (item: Item) => string;
  readonly renderItem: (item: Item) => ReactNode;
  readonly listLabel: string;
  /** Those that are in use, where several may be; else the one that the keyboard is at counts as selected. */
  readonly isSelected?: (item: Item) => boolean;
  /** Enter or a click. */
  readonly onChoose: (item: Item, event: KeyboardEvent | MouseEvent) => void;
  /** Any other key: whether it meant something. */
  readonly onOtherKey?: (event: KeyboardEvent, active: Item | undefined) => boolean;
  readonly onClose: () => void;
  readonly heading?: ReactNode;
  /** Said to screen readers as it changes; empty while there is something in the list. */
  readonly nothing: string;
  readonly belowList?: ReactNode;
  readonly footer?: ReactNode;
}

export function QueryDialog<Item>(props: QueryDialogProps<Item>) {
  const { items, query, isSelected } = props;
  const [active, setActive] = useState(0);
  const listId = useId();

  const handleKey = (event: KeyboardEvent) => {
    const item = items[active];
    if (event.key === "ArrowDown") setActive(Math.min(items.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Enter") {
      if (item !== undefined) props.onChoose(item, event);
    } else if (props.onOtherKey?.(event, item) !== true) return;
    event.preventDefault();
  };

  return (
    <Dialog label={props.label} place="top" onClose={props.onClose}>
      <div className={styles.query}>
        {props.icon}
        <input
          role="combobox"
          data-first-focus
          aria-label={props.fieldLabel}
          aria-expanded={items.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={items[active] === undefined ? undefined : `${listId}-${active}`}
          placeholder={props.placeholder}
          spellCheck={false}
          maxLength={props.maxLength}
          value={query}
          onChange={(event) => {
            props.onQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div className={styles.results}>
        {props.heading}
        <div id={listId} role="listbox" aria-label={props.listLabel} aria-multiselectable={isSelected !== undefined}>
          {items.map((item, index) => (
            <Option
              key={props.itemKey(item)}
              id={`${listId}-${index}`}
              isActive={index === active}
              isSelected={isSelected === undefined ? index === active : isSelected(item)}
              onPoint={() => setActive(index)}
              onChoose={(event) => props.onChoose(item, event)}
            >
              {props.renderItem(item)}
            </Option>
          ))}
        </div>
        <output className={styles.nothing}>{props.nothing}</output>
        {props.belowList}
      </div>
      {props.footer}
    </Dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onPoint: () => void;
  readonly onChoose: (event: MouseEvent) => void;
  readonly children: ReactNode;
}

function Option({ id, isActive, isSelected, onPoint, onChoose, children }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={isSelected}
      data-active={isActive || undefined}
      className={styles.option}
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      {children}
    </div>
  );
}
