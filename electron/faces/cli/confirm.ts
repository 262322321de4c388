// A yes or no of the user's, before something is done that was not asked for in so many words.
import { createInterface } from "node:readline";
import { t } from "../../words/language";
import type { CommandContext } from "./CommandContext";
import { CommandError, EXIT } from "./CommandError";

/** `isYes`: --yes was given. Where nobody can be asked, it has to be. */
export async function confirm(question: string, isYes: boolean, { output, signal }: CommandContext): Promise<boolean> {
  if (isYes) return true;
  // Cancelled while what is asked about was being looked up.
  if (signal.aborted) return false;
  if (!process.stdin.isTTY)
    throw new CommandError(t("Nobody can be asked here. Say yes with {option}.", { option: "--yes" }), EXIT.wrongUse);
  output.ask(t("{question} [y/N]", { question }));
  // The terminal edits the line, and Ctrl C arrives as it does everywhere else.
  const reader = createInterface({ input: process.stdin, terminal: false });
  const answer = await new Promise<string>((resolve) => {
    reader.once("line", resolve);
    const end = () => resolve("");
    reader.once("close", end);
    signal.addEventListener("abort", end, { once: true });
  });
  reader.close();
  return isYesWord(answer.trim().toLowerCase());
}

/** English is understood in every language. */
function isYesWord(answer: string): boolean {
  return ["y", "yes", ...t("y, yes@@typed as an answer").split(/, ?/u)].includes(answer);
}
