// What can follow on a command line: commands and options as the program itself declares them, and names of models and fine-tunes.
import type { Command, Option } from "commander";

/** "files": the shell's own completion of paths. */
export type Wanted = "models" | "fine-tunes" | "files";

export interface Completions {
  readonly words: readonly string[];
  /** What else can be meant here. */
  readonly wanted: readonly Wanted[];
}

/** By the names that commands give to their arguments and to the values of their options. */
const MEANT: Readonly<Record<string, readonly Wanted[]>> = {
  model: ["models", "files"],
  base: ["models", "files"],
  "fine-tune": ["models", "files"],
  name: ["fine-tunes"],
  "name[@scale]": ["fine-tunes"],
  source: ["files"],
  file: ["files"],
  path: ["files"],
  folder: ["files"],
};

/** `words`: what was typed after "facet", the last one unfinished or empty. */
export function completionsOf(program: Command, words: readonly string[]): Completions {
  const current = words.at(-1) ?? "";
  let command = program;
  let argumentCount = 0;
  let valueOf: Option | null = null;
  for (const word of words.slice(0, -1)) {
    if (valueOf !== null) valueOf = null;
    else if (word.startsWith("-")) valueOf = valueAfter(command, word);
    else {
      const next = argumentCount === 0 ? childNamed(command, word) : undefined;
      if (next === undefined) argumentCount++;
      else command = next;
    }
  }
  if (valueOf !== null) return { words: valueOf.argChoices ?? [], wanted: wantedBy(valueName(valueOf)) };
  if (current.startsWith("-")) return { words: optionsOf(command), wanted: [] };
  const commands =
    argumentCount === 0 && command.commands.length > 0 ? command.createHelp().visibleCommands(command) : [];
  const argument =
    command.registeredArguments[argumentCount] ?? command.registeredArguments.filter(({ variadic }) => variadic).at(-1);
  return {
    words: [...commands.map((child) => child.name()), ...(argument?.argChoices ?? [])],
    wanted: argument === undefined ? [] : wantedBy(argument.name()),
  };
}

function wantedBy(name: string): readonly Wanted[] {
  return MEANT[name] ?? [];
}

function childNamed(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

/** The option that takes the next word as its value; null when none does. */
function valueAfter(command: Command, word: string): Option | null {
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option?.required === true ? option : null;
}

/** "--base <model>" → "model". */
function valueName({ flags }: Option): string {
  return /<(.+)>/u.exec(flags)?.[1] ?? "";
}

function optionsOf(command: Command): string[] {
  return [...command.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long])), "--help"];
}
