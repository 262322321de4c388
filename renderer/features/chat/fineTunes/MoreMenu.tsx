// The + beside the chips: the other fine-tunes that fit, those that do not with the reason, the palette and the page.
import { Plus } from "lucide-react";
import type { NamedStack } from "../../../../electron/contract/deltas";
import { ActionMenuItem } from "../../../app/ActionMenuItem";
import { failureText } from "../../../../electron/words/failureText";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../../../ui/Menu";
import { changeChatStack } from "./chatStack";
import styles from "./FineTuneChips.module.css";
import type { FineTuneChoice } from "./fineTuneChoices";
import { FineTuneLine } from "./FineTuneLine";
import menuStyles from "./MoreMenu.module.css";
import { t } from "../../../../electron/words/language";
import { sentences } from "../../../../electron/words/sentences";

export function MoreMenu({ choices }: { readonly choices: readonly FineTuneChoice[] }) {
  const others = choices.filter(({ isChip, canBeChosen }) => !isChip && canBeChosen);
  const unfit = choices.filter(({ isChosen, canBeChosen }) => !isChosen && !canBeChosen);
  const answerWith = (stack: NamedStack) => () => changeChatStack(stack);
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={styles.more}
          data-chip-stop
          aria-label={t("More fine-tunes")}
          title={t("More fine-tunes")}
        >
          <Plus size={14} aria-hidden />
        </button>
      }
    >
      {choices.length === 0 && (
        <div className={menuStyles.about}>
          {sentences(
            t("A fine-tune is a small file that teaches this model one thing well, such as a style or a task."),
            t("It stays in memory next to the model, and you can switch it with each message."),
          )}
        </div>
      )}
      {others.length > 0 && <MenuLabel>{t("Answer with")}</MenuLabel>}
      {others.map((choice) => (
        <MenuItem key={choice.entry.deltaId} onSelect={answerWith([choice.entry])}>
          <FineTuneLine
            entry={choice.entry}
            {...(choice.problem === null ? {} : { note: failureText(choice.problem).happened })}
          />
        </MenuItem>
      ))}
      {unfit.length > 0 && <MenuLabel>{t("Not for this model")}</MenuLabel>}
      {unfit.map(({ entry, problem }) => (
        // Reached by the keyboard too, for its reason; it does nothing.
        <MenuItem key={entry.deltaId} aria-disabled onSelect={(event) => event.preventDefault()}>
          <FineTuneLine entry={entry} isUnfit {...(problem === null ? {} : { note: failureText(problem).happened })} />
        </MenuItem>
      ))}
      {others.length + unfit.length > 0 && <MenuSeparator />}
      {choices.length > 0 && <ActionMenuItem action="switch-fine-tune">{t("Switch fine-tune…")}</ActionMenuItem>}
      <ActionMenuItem action="open-fine-tunes">
        {choices.length === 0 ? t("Get a fine-tune") : t("All fine-tunes")}
      </ActionMenuItem>
    </Menu>
  );
}
