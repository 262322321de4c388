// A model that would not fit: the user decides.
import type { LoadWarning } from "../../../contract/loadSettings";
import { formatBytes, formatCount } from "../../../words/quantities";
import type { Output } from "../Output";
import { asSettings, type WarnedLoad } from "./loadModel";

/** `ask`: a question to the user; null = none was given. Returns null for: not at all. */
export async function askWhetherToLoad(
  { modelName, plan, nearest }: LoadWarning,
  output: Output,
  ask: (question: string) => Promise<string | null>,
): Promise<WarnedLoad | null> {
  const { neededBytes, machine } = plan.fit;
  const free = Math.max(0, machine.availableBytes - machine.systemReserveBytes);
  output.remark(`${modelName} needs ${formatBytes(neededBytes ?? 0)} of memory; ${formatBytes(free)} are free.`);
  if (nearest !== null)
    output.remark(`  s = smaller: a context of ${formatCount(nearest.choice.contextSizeTokens)} tokens, which fits`);
  output.remark("  a = all the same: the computer may become slow, or end the model");
  output.remark("  n = not now");
  const answer = (await ask("Load it? "))?.trim().toLowerCase();
  if (answer === "s" && nearest !== null) return { settings: asSettings(nearest.choice), despiteWarning: false };
  return answer === "a" ? { settings: asSettings(plan.choice), despiteWarning: true } : null;
}
