// In the chat's settings: whether its model thinks, how hard, and for how many tokens at most. Only what the loaded model can be told.
import { useId, type ReactNode } from "react";
import type { ThinkingChoice } from "../../../../electron/contract/thinking";
import { Segments } from "../../../ui/Segments";
import { changeThinking } from "../chatSettings";
import { OptionalNumberField } from "../sidePanel/OptionalNumberField";
import styles from "./ThinkingFields.module.css";
import { effortName } from "../../../../electron/words/modelFormatWords";
import { useThinkingAbility, useThinkingChoice } from "./useThinking";

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
        Thinking
      </h3>
      {ability.canSwitch && (
        <fieldset className={styles.field}>
          <legend className="visually-hidden">Thinking</legend>
          <Segments
            value={isOn === undefined ? MODELS_OWN : isOn ? "on" : "off"}
            choices={[
              [MODELS_OWN, `Default (${ability.isOnByDefault ? "on" : "off"})`],
              ["on", "On"],
              ["off", "Off"],
            ]}
            onChange={(value) => set({ isOn: value === MODELS_OWN ? undefined : value === "on" })}
          />
        </fieldset>
      )}
      {ability.efforts.length > 0 && (
        <fieldset className={styles.field}>
          <legend>Effort</legend>
          <Segments
            value={effort !== undefined && ability.efforts.includes(effort) ? effort : MODELS_OWN}
            choices={[[MODELS_OWN, "Default"], ...ability.efforts.map((word) => [word, effortName(word)] as const)]}
            onChange={(value) => set({ effort: value === MODELS_OWN ? undefined : value })}
          />
        </fieldset>
      )}
      <OptionalNumberField
        name="Budget"
        unit="tokens"
        placeholder="No limit"
        hint="A thought is ended after so many, and the answer begins."
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
