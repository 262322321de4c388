// The commands of `facet`, their help, and what all of them have in common.
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { t } from "../../words/language";
import type { CommandContext } from "./CommandContext";
import { addBenchCommand } from "./commands/bench";
import { addChatCommand } from "./commands/chat";
import { addDeltaCommands } from "./commands/delta";
import { addDoctorCommand } from "./commands/doctor";
import { addJobsCommands } from "./commands/jobs";
import { addCompletionCommands } from "./commands/completion";
import { addEstimateCommand } from "./commands/estimate";
import { addModelsCommands } from "./commands/models";
import { addNetworkCommands } from "./commands/network";
import { addQuantizeCommand } from "./commands/quantize";
import { addWindow } from "./commands/window";
import { helpWords, wrongUse } from "./commanderWords";

export function createProgram(context: CommandContext): Command {
  const program = new Command("facet")
    .description(
      t("Local 4-bit models and their fine-tunes: chat, download, quantize, switch. Nothing leaves this computer."),
    )
    .version(version(), "-V, --version", t("show the version"))
    .option("--json", t("write the result as JSON"))
    .helpOption("-h, --help", t("show help"))
    .helpCommand("help [command]", t("show help for a command"))
    // What is wrong is said where all failures are said (runCommand.ts).
    .configureOutput({
      writeOut: (text) => process.stdout.write(text),
      writeErr: (text) => process.stderr.write(text),
      outputError: () => undefined,
    })
    .configureHelp(helpWords);
  for (const add of [
    addWindow,
    addChatCommand,
    addModelsCommands,
    addEstimateCommand,
    addQuantizeCommand,
    addDeltaCommands,
    addJobsCommands,
    addBenchCommand,
    addNetworkCommands,
    addDoctorCommand,
    addCompletionCommands,
  ])
    add(program, context);
  endByThrowing(program);
  inheritSettings(program);
  return program;
}

/** --json after the command's name too; commander hands its settings on only to commands that it makes itself. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    endByThrowing(child);
    // Help shows the one of all commands.
    if (child.commands.length === 0) child.addOption(new Option("--json").hideHelp());
    inheritSettings(child);
  }
}

/** Commander would end the process; help that was asked for ends the command well. */
function endByThrowing(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : wrongUse(error, command);
  });
}

/** From the package.json two folders above the built file. */
function version(): string {
  const about = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return about.version;
}
