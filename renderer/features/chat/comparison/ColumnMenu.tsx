// Who stands in one column: the base or a fine-tune, and how strongly.
import { ChevronDown, X } from "lucide-react";
import { Popover } from "radix-ui";
import { useId, type ReactNode } from "react";
import { scaleRange } from "../../../../electron/contract/deltaKinds";
import {
  type Delta,
  isSameStack,
  MIN_COMPARED,
  type NamedStack,
  type StackEntry,
} from "../../../../electron/contract/deltas";
import { formatCount } from "../../../../electron/words/quantities";
import { Slider } from "../../../ui/Slider";
import { kindWords, stackHue, stackName } from "../../deltas/stackWords";
import { useChatStack } from "../fineTunes/chatStack";
import { parseScale, SCALE_STEP } from "../fineTunes/stackChanges";
import { NumberField } from "../sidePanel/NumberField";
import styles from "./ColumnMenu.module.css";
import { atFreeScale, type Columns, hasBase, withColumn, withoutColumn } from "./columnPlan";
import { columnName } from "./comparisonWords";
import { chooseColumns } from "./sideBySide";
import { t } from "../../../../electron/words/language";

interface ColumnMenuProps {
  readonly columns: Columns;
  readonly index: number;
  readonly stack: NamedStack;
  /** Those that fit, newest first. */
  readonly fineTunes: readonly Delta[];
}

export function ColumnMenu(props: ColumnMenuProps): ReactNode {
  const { columns, index, stack } = props;
  const [first] = stack;
  return (
    <span className={styles.column} data-hue={stackHue(stack) ?? "base"}>
      <Popover.Root>
        <Popover.Trigger className={styles.trigger}>
          <span className="visually-hidden">{t("Column {number}:", { number: formatCount(index + 1) })} </span>
          <i className={styles.dot} />
          <span className={styles.name}>{columnName(stack)}</span>
          {stack.length === 1 && first !== undefined && <span className={styles.kind}>{kindWords(first)}</span>}
          <ChevronDown size={12} aria-hidden />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            className={styles.content}
            align="start"
            side="top"
            sideOffset={6}
            collisionPadding={8}
            aria-label={t("Column {number}", { number: formatCount(index + 1) })}
          >
            <Choices {...props} />
            {stack.length === 1 && first !== undefined && <Strength {...props} entry={first} />}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {columns.length > MIN_COMPARED && (
        <button
          type="button"
          className={styles.remove}
          aria-label={t("Remove column {number}", { number: formatCount(index + 1) })}
          onClick={() => chooseColumns(withoutColumn(columns, index))}
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}

function Choices({ columns, index, stack, fineTunes }: ColumnMenuProps): ReactNode {
  const group = useId();
  const others = columns.toSpliced(index, 1);
  const chatStack = useChatStack();
  const choose = (chosen: NamedStack) => chooseColumns(withColumn(columns, index, chosen));
  const isOwn = stack.length > 1;
  return (
    <fieldset className={styles.choices}>
      <legend className="visually-hidden">{t("Who answers")}</legend>
      <Choice
        group={group}
        name={t("Base")}
        hue="base"
        isChosen={stack.length === 0}
        isTaken={hasBase(others)}
        onChoose={() => choose([])}
      />
      {(isOwn || chatStack.length > 1) && (
        <Choice
          group={group}
          name={stackName(isOwn ? stack : chatStack)}
          hue={stackHue(isOwn ? stack : chatStack)}
          isChosen={isOwn}
          isTaken={others.some((other) => isSameStack(other, chatStack))}
          onChoose={() => choose(chatStack)}
        />
      )}
      {fineTunes.map((delta) => {
        const isChosen = stack.length === 1 && stack[0]?.deltaId === delta.id;
        return (
          <Choice
            key={delta.id}
            group={group}
            name={delta.name}
            kind={kindWords(delta.facts)}
            hue={delta.hue}
            isChosen={isChosen}
            onChoose={() => choose([atFreeScale(delta, others)])}
          />
        );
      })}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly group: string;
  readonly name: string;
  readonly kind?: string;
  readonly hue: number | "base" | undefined;
  readonly isChosen: boolean;
  /** Another column has it. */
  readonly isTaken?: boolean;
  readonly onChoose: () => void;
}

function Choice({ group, name, kind, hue, isChosen, isTaken = false, onChoose }: ChoiceProps): ReactNode {
  return (
    <label className={styles.choice} data-hue={hue} data-taken={isTaken || undefined}>
      <input type="radio" name={group} checked={isChosen} disabled={isTaken} onChange={onChoose} />
      <i className={styles.dot} />
      <span className={styles.choiceName}>{name}</span>
      {kind !== undefined && <span className={styles.kind}>{kind}</span>}
    </label>
  );
}

function Strength({ columns, index, entry }: ColumnMenuProps & { readonly entry: StackEntry }): ReactNode {
  const range = scaleRange(entry.kind);
  const setScale = (scale: number) =>
    chooseColumns(withColumn(columns, index, [{ ...entry, scale: Math.round(scale * 100) / 100 }]));
  return (
    <div className={styles.strength} data-hue={entry.hue}>
      <div className={styles.line}>
        <span>{t("Strength")}</span>
        <NumberField
          label={t("Strength")}
          value={entry.scale}
          parse={(text) => parseScale(text, range)}
          onChange={setScale}
        />
      </div>
      <Slider
        label={t("Strength slider")}
        className={styles.slider}
        {...range}
        step={SCALE_STEP}
        value={entry.scale}
        onChange={setScale}
      />
    </div>
  );
}
