// What commander says by itself, in Facet's words: the headings of a command's help, and what is wrong with how it was called.
import { Help, type Command, type CommanderError, type HelpConfiguration } from "commander";
import { t } from "../../words/language";
import { CommandError, EXIT } from "./CommandError";

export const helpWords: HelpConfiguration = {
  showGlobalOptions: true,
  styleTitle: (title) => HEADINGS[title]?.() ?? title,
  commandUsage: (command) =>
    new Help()
      .commandUsage(command)
      .replace("[options]", `[${t("options")}]`)
      .replace("[command]", `[${t("command")}]`),
  optionDescription: ({ description, argChoices, required, optional, defaultValue }) =>
    described(description, argChoices, required || optional ? defaultValue : undefined),
  argumentDescription: ({ description, argChoices, defaultValue }) => described(description, argChoices, defaultValue),
};

/** By what commander calls them. */
const HEADINGS: Readonly<Record<string, () => string>> = {
  "Usage:": () => t("Usage:"),
  "Arguments:": () => t("Arguments:"),
  "Options:": () => t("Options:"),
  "Global Options:": () => t("Options of all commands:"),
  "Commands:": () => t("Commands:"),
};

function described(description: string, choices: readonly string[] | undefined, given: unknown): string {
  const usual = typeof given === "string" || typeof given === "number" ? String(given) : null;
  const values = choices?.join(", ") ?? "";
  if (usual === null) return choices === undefined ? description : `${description} (${values})`;
  return choices === undefined
    ? t("{description} (default: {usual})", { description, usual })
    : t("{description} ({values}; default: {usual})", { description, values, usual });
}

/** Of what commander found wrong with a call: it tells the kind by a code, and the names in its English sentence. */
export function wrongUse({ code, message }: CommanderError, command: Command): CommandError {
  const help = t("For help: {command}", { command: `${pathOf(command)} --help` });
  return new CommandError(`${mistake(code, message)} ${help}`, EXIT.wrongUse);
}

function mistake(code: string, message: string): string {
  const [named = ""] = /(?<=')[^']*(?=')/u.exec(message) ?? [];
  const similar = /\(Did you mean (?:one of )?(?<names>.+)\?\)/u.exec(message)?.groups?.["names"];
  switch (code) {
    case "commander.unknownCommand":
      return similar === undefined
        ? t("There is no command “{name}”.", { name: named })
        : t("There is no command “{name}”. Did you mean: {similar}?", { name: named, similar });
    case "commander.unknownOption":
      return similar === undefined
        ? t("There is no option {name} here.", { name: named })
        : t("There is no option {name} here. Did you mean: {similar}?", { name: named, similar });
    case "commander.missingArgument":
      return t("Something is missing: {name}.", { name: `<${named}>` });
    case "commander.optionMissingArgument":
      return t("The option {name} needs a value.", { name: named });
    case "commander.missingMandatoryOptionValue":
      return t("The option {name} is needed here.", { name: named });
    case "commander.excessArguments":
      return t("There are too many arguments: {given}. A text with spaces needs quotes.", {
        given: /got \d+: (?<given>[\s\S]*)\.$/u.exec(message)?.groups?.["given"] ?? "",
      });
    // Its help is shown already.
    case "commander.help":
      return t("Name one of its commands.");
    default:
      return t("The command cannot be understood: {reason}", { reason: message });
  }
}

/** "facet models list" */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
