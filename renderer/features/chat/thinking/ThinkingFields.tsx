// In the chat's settings: whether its model thinks, how hard, and for how many tokens at most. Only what the loaded model can be told.
import { useId, type ReactNode } from "react";
import type { ThinkingChoice } from "../../../../electron/contract/thinking";
import { Segments } from "../../../ui/Segments";
import { changeThinking } from "../chatSettings";
import { OptionalNumberField } from "../sidePanel/OptionalNumberField";
import styles from "./ThinkingFields.module.css";
import { effortName } from "../../../../electron/words/modelFormatWords";
import { useThinkingAbility, useThinkingChoice } from "./useThinking";
import { t } from "../../../../electron/words/language";

const MAX_BUDGET_TOKENS = 1_000_000;
const MODELS_OWN = "";

export function ThinkingFields(): ReactNode {
  const ability = useThinkingAbility();
  const choice = useThinkingChoice();
  const headingId = useId();
  if (ability === null) return null;
  const { isOn, effort, budgetTokens } = choice;
  const set = (change: { readonly [Key in keyof ThinkingChoice]: ThinkingChoice[Key] | undefined }) =>
    changeThinking(withoutAbsent({ ...choice, ...change }));
  return (
    <section className={styles.fields} aria-labelledby={headingId}>
      <h3 id={headingId} className={styles.heading}>
        {t("Thinking")}
      </h3>
      {ability.canSwitch && (
        <fieldset className={styles.field}>
          <legend className="visually-hidden">{t("Thinking")}</legend>
          <Segments
            value={isOn === undefined ? MODELS_OWN : isOn ? "on" : "off"}
            choices={[
              [MODELS_OWN, ability.isOnByDefault ? t("Default (on)") : t("Default (off)")],
              ["on", t("On")],
              ["off", t("Off")],
            ]}
            onChange={(value) => set({ isOn: value === MODELS_OWN ? undefined : value === "on" })}
          />
        </fieldset>
      )}
      {ability.efforts.length > 0 && (
        <fieldset className={styles.field}>
          <legend>{t("Effort")}</legend>
          <Segments
            value={effort !== undefined && ability.efforts.includes(effort) ? effort : MODELS_OWN}
            choices={[[MODELS_OWN, t("Default")], ...ability.efforts.map((word) => [word, effortName(word)] as const)]}
            onChange={(value) => set({ effort: value === MODELS_OWN ? undefined : value })}
          />
        </fieldset>
      )}
      <OptionalNumberField
        name={t("Budget")}
        unit={t("tokens")}
        placeholder={t("No limit")}
        hint={t("Thinking ends after this many tokens, and the answer begins.")}
        min={1}
        max={MAX_BUDGET_TOKENS}
        value={budgetTokens}
        onChange={(value) => set({ budgetTokens: value })}
      />
    </section>
  );
}

function withoutAbsent({
  isOn,
  effort,
  budgetTokens,
}: { readonly [Key in keyof ThinkingChoice]: ThinkingChoice[Key] | undefined }): ThinkingChoice {
  return {
    ...(isOn === undefined ? {} : { isOn }),
    ...(effort === undefined ? {} : { effort }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
  };
}
