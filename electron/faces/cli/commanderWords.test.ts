// What commander says by itself: in Facet's words, and in the language of the user.
import { Argument, Command, Option, type CommanderError } from "commander";
import { afterEach, expect, test } from "vitest";
import { ENGLISH, setLanguage } from "../../words/language";
import { EXIT, type CommandError } from "./CommandError";
import { helpWords, wrongUse } from "./commanderWords";
import { withChoices, wholeNumber } from "./readOption";

afterEach(() => setLanguage(ENGLISH));

function program(): Command {
  const root = new Command("facet").option("--json", "as JSON").configureHelp(helpWords);
  const models = root.command("models");
  models.command("list");
  models
    .command("show")
    .argument("<model>", "a model")
    .addArgument(withChoices(new Argument("[colour]", "a colour"), ["red", "blue"]))
    .addOption(withChoices(new Option("--sort <order>", "what comes first"), ["name", "size"]).default("name"))
    .option("-n, --limit <number>", "how many", wholeNumber("--limit", { min: 1, max: 1000 }), 20)
    .requiredOption("-o, --output <file>", "the file")
    .action(() => undefined);
  prepare(root, root);
  return root;
}

function prepare(command: Command, root: Command): void {
  if (command !== root) command.copyInheritedSettings(root);
  command
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .exitOverride((error: CommanderError) => {
      throw wrongUse(error, command);
    });
  for (const child of command.commands) prepare(child, root);
}

function mistakeOf(args: readonly string[]): CommandError {
  try {
    program().parse(args, { from: "user" });
  } catch (error) {
    return error as CommandError;
  }
  throw new Error(`understood: ${args.join(" ")}`);
}

test("each mistake is a sentence of its own, with the way to the help", () => {
  const show = ["models", "show"];
  const cases: [string[], string][] = [
    [["models", "lits"], "There is no command “lits”. Did you mean: list? For help: facet models --help"],
    [["models", "xyz"], "There is no command “xyz”. For help: facet models --help"],
    [["models"], "Name one of its commands. For help: facet models --help"],
    [[...show, "a", "-o", "x", "--limt", "3"], "There is no option --limt here. Did you mean: --limit?"],
    [[...show, "a", "-o", "x", "--colour"], "There is no option --colour here. For help: facet models show --help"],
    [[...show, "-o", "x"], "Something is missing: <model>."],
    [[...show, "a"], "The option -o, --output <file> is needed here."],
    [[...show, "a", "-o"], "The option -o, --output <file> needs a value."],
    [
      [...show, "a", "red", "b c", "-o", "x"],
      "There are too many arguments: a, red, b c. A text with spaces needs quotes.",
    ],
    [[...show, "a", "green", "-o", "x"], "<colour> cannot be “green”. It is one of: red, blue."],
    [[...show, "a", "--sort", "age", "-o", "x"], "--sort cannot be “age”. It is one of: name, size."],
    [[...show, "a", "-n", "0", "-o", "x"], "--limit cannot be “0”: it is a whole number from 1 to 1,000."],
  ];
  for (const [args, words] of cases)
    expect(mistakeOf(args)).toMatchObject({
      message: expect.stringContaining(words) as unknown,
      exitCode: EXIT.wrongUse,
    });
});

test("help has its headings, choices and defaults in the language of the user", () => {
  setLanguage({
    code: "de",
    texts: {
      "Usage:": "Aufruf:",
      "Arguments:": "Argumente:",
      "Options:": "Optionen:",
      "Options of all commands:": "Optionen aller Befehle:",
      "Commands:": "Befehle:",
      options: "Optionen",
      command: "Befehl",
      "{description} ({values}; default: {usual})": "{description} ({values}; Standard: {usual})",
    },
  });
  const root = program();
  expect(root.helpInformation()).toMatch(/^Aufruf: facet \[Optionen\] \[Befehl\]\n[^]*\nOptionen:\n[^]*\nBefehle:\n/u);
  const show = root.commands[0]?.commands[1]?.helpInformation() ?? "";
  expect(show).toMatch(/^Aufruf: facet models show[^]*\nArgumente:\n[^]*\nOptionen:\n[^]*\nOptionen aller Befehle:\n/u);
  expect(show).toContain("what comes first (name, size; Standard: name)");
});
