// facet models …: what is installed, found at the hub, fetched, imported, verified and removed.
import type { Command } from "commander";
import { formatBytes } from "../../../words/quantities";
import type { CommandContext } from "../CommandContext";
import { valueOf } from "../useOutcome";

export function addModelsCommands(program: Command, context: CommandContext): void {
  const models = program.command("models").description("the models on this computer and at the hub");
  models
    .command("list")
    .alias("ls")
    .description("the installed models")
    .action(() => listModels(context));
}

async function listModels({ output, reader }: CommandContext): Promise<void> {
  const { models, engine } = valueOf(await (await reader()).call("app.snapshot", undefined));
  const loadedId = "model" in engine ? engine.model.modelId : null;
  output.data(models.map((model) => ({ ...model, isLoaded: model.id === loadedId })));
  if (models.length === 0) output.remark("No models are installed yet. Find one with: facet models search qwen");
  else
    output.table(
      [{ head: "NAME" }, { head: "SIZE", isNumber: true }, { head: "FILE" }, { head: "" }],
      models.map(({ id, name, sizeBytes, fileName, failure }) => [
        name,
        formatBytes(sizeBytes),
        fileName,
        id === loadedId ? "loaded" : failure === null ? "" : "cannot be used",
      ]),
    );
}
