// A model that would not fit: the user decides.
import type { LoadWarning } from "../../../contract/loadSettings";
import { formatBytes, formatCount } from "../../../words/quantities";
import { t } from "../../../words/language";
import type { Output } from "../Output";
import { asSettings, type WarnedLoad } from "./loadModel";

/** `ask`: a question to the user; null = none was given. Returns null for: not at all. */
export async function askWhetherToLoad(
  { modelName, plan, nearest }: LoadWarning,
  output: Output,
  ask: (question: string) => Promise<string | null>,
): Promise<WarnedLoad | null> {
  const option = (key: string, what: string) => output.remark(`  ${key} = ${what}`);
  const { neededBytes, machine } = plan.fit;
  const free = Math.max(0, machine.availableBytes - machine.systemReserveBytes);
  output.remark(
    t("{model} needs {needed} of memory; {free} are free.", {
      model: modelName,
      needed: formatBytes(neededBytes ?? 0),
      free: formatBytes(free),
    }),
  );
  if (nearest !== null)
    option(
      "s",
      t("with a smaller context of {count} tokens, which fits", {
        count: formatCount(nearest.choice.contextSizeTokens),
      }),
    );
  option("a", t("anyway: the computer may become slow, or end the model"));
  option("n", t("not now"));
  const answer = (await ask(`${t("Load it?")} `))?.trim().toLowerCase();
  if (answer === "s" && nearest !== null) return { settings: asSettings(nearest.choice), despiteWarning: false };
  return answer === "a" ? { settings: asSettings(plan.choice), despiteWarning: true } : null;
}
