// Whether the loaded model thinks, and what the open chat chose for it.
import { useMemo } from "react";
import type { ThinkingAbility, ThinkingChoice } from "../../../../electron/contract/thinking";
import { useApp } from "../../../app/appStore";
import { loadedModel } from "../../model/loadedModel";
import { useChatSettings } from "../chatSettings";
import { type ThinkingOption, waysToThink } from "./thinkingOptions";

const followsTheModel: ThinkingChoice = {};

/** null: no model is loaded, or it does not think as far as its file says. */
export function useThinkingAbility(): ThinkingAbility | null {
  return useApp(({ engine }) => loadedModel(engine)?.format.thinking ?? null);
}

export function useThinkingChoice(): ThinkingChoice {
  return useChatSettings().thinking ?? followsTheModel;
}

/** Other ways to answer the same question; none where the model has no choice. */
export function useWaysToThink(): readonly ThinkingOption[] {
  const ability = useThinkingAbility();
  const choice = useThinkingChoice();
  return useMemo(() => (ability === null ? [] : waysToThink(ability, choice)), [ability, choice]);
}
