// facet completion: teaches a shell to complete commands, options and the names of models and fine-tunes.
import { Argument, type Command } from "commander";
import { t } from "../../../words/language";
import type { CommandContext, Reader } from "../CommandContext";
import { completionsOf } from "../completion/completions";
import { completionScript, FILES_MARK, SHELLS, type Shell } from "../completion/scripts";
import { examples } from "../examples";
import { withChoices } from "../readOption";
import { valueOf } from "../useOutcome";

export function addCompletionCommands(program: Command, context: CommandContext): void {
  program
    .command("completion")
    .description(t("print a script that completes commands, models and fine-tunes in your shell"))
    .addArgument(withChoices(new Argument("<shell>", t("your shell")), SHELLS))
    .addHelpText(
      "after",
      examples(
        ['eval "$(facet completion bash)"', t("in {file}", { file: "~/.bashrc" })], // not translated
        ["facet completion fish > ~/.config/fish/completions/facet.fish"],
      ),
    )
    .action((shell: Shell) => {
      const script = completionScript(shell);
      context.output.data({ shell, script });
      context.output.text(script);
    });
  program
    .command("complete", { hidden: true })
    .description(t("what can follow on a command line, for the completion scripts"))
    .argument("[words...]", t("the words after “facet”, the last one unfinished"))
    .action((words: string[]) => complete(program, words, context));
}

async function complete(program: Command, words: readonly string[], { output, reader }: CommandContext): Promise<void> {
  const current = words.at(-1) ?? "";
  const { words: known, wanted } = completionsOf(program, words);
  const names = wanted.some((one) => one !== "files") ? await namesOf(await reader(), wanted) : [];
  const fitting = [...known, ...names].filter((word) => begins(word, current));
  // A path is not looked for where a name is clear.
  const files = wanted.includes("files") && fitting.length === 0 ? [FILES_MARK] : [];
  output.data(fitting);
  for (const word of [...fitting, ...files]) output.line(word.replaceAll("\n", " "));
}

async function namesOf(reader: Reader, wanted: readonly string[]): Promise<string[]> {
  const models = wanted.includes("models") ? valueOf(await reader.call("app.snapshot", undefined)).models : [];
  const deltas = wanted.includes("fine-tunes") ? valueOf(await reader.call("deltas.list", undefined)) : [];
  return [...models, ...deltas].map(({ name }) => nameToType(name));
}

/** Names are found without regard to case, blanks and hyphens; so blanks, which would have to be quoted, become hyphens. */
function nameToType(name: string): string {
  return name.trim().replaceAll(/\s+/gu, "-");
}

function begins(word: string, typed: string): boolean {
  return word.toLowerCase().startsWith(typed.toLowerCase());
}
