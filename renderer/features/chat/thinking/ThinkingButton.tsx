// At the message field: whether the model thinks before it answers, from the next message on. The side panel has the rest.
import { Check, ChevronDown, Lightbulb } from "lucide-react";
import type { ReactNode } from "react";
import { Menu, MenuLabel, MenuRadioGroup, MenuRadioItem } from "../../../ui/Menu";
import { changeThinking } from "../chatSettings";
import { ComposerSwitch } from "../composer/ComposerSwitch";
import styles from "../composer/ComposerSwitch.module.css";
import { chosenOption, thinkingOptions } from "./thinkingOptions";
import { useThinkingAbility, useThinkingChoice } from "./useThinking";
import { t } from "../../../../electron/words/language";
import { richText } from "../../../ui/richText";

const bold = (text: ReactNode) => <b>{text}</b>;

export function ThinkingButton(): ReactNode {
  const ability = useThinkingAbility();
  const choice = useThinkingChoice();
  if (ability === null) return null;
  const options = thinkingOptions(ability, choice);
  const chosen = chosenOption(ability, choice);
  const [off, on] = options;
  if (options.length === 2 && off?.key === "off" && on?.key === "on") {
    const isOn = chosen === "on";
    return (
      <ComposerSwitch
        name={t("Thinking")}
        icon={<Lightbulb size={14} aria-hidden />}
        isOn={isOn}
        onChange={() => changeThinking(isOn ? off.choice : on.choice)}
      />
    );
  }
  const isAboutEffort = !ability.canSwitch && ability.efforts.length > 0;
  const name = options.find(({ key }) => key === chosen)?.name ?? "";
  return (
    <Menu
      trigger={
        <button type="button" className={styles.button} data-on={chosen !== "off" || undefined}>
          <Lightbulb size={14} aria-hidden />
          <span className={styles.words}>
            {isAboutEffort
              ? richText("Effort: <b>{name}</b>", { b: bold }, { name })
              : richText("Thinking: <b>{name}</b>", { b: bold }, { name })}
          </span>
          <ChevronDown size={12} aria-hidden />
        </button>
      }
    >
      <MenuLabel>{isAboutEffort ? t("Effort") : t("Thinking")}</MenuLabel>
      <MenuRadioGroup
        value={chosen}
        onValueChange={(key) => changeThinking(options.find((option) => option.key === key)?.choice ?? choice)}
      >
        {options.map((option) => (
          <MenuRadioItem key={option.key} value={option.key}>
            <span className={styles.check}>
              <Check size={14} aria-hidden />
            </span>
            {option.name}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  );
}
