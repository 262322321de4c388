// facet models list: what is installed.
import type { InstalledModels, ModelDetails } from "../../../contract/model";
import { formatParameters } from "../../../words/hubFacts";
import { formatBytes } from "../../../words/quantities";
import type { CommandContext, Reader } from "../CommandContext";
import { valueOf } from "../useOutcome";

export async function listModels({ output, reader: open }: CommandContext): Promise<void> {
  const reader = await open();
  const { models } = await installed(reader);
  const { engine } = valueOf(await reader.call("app.snapshot", undefined));
  const loadedId = "model" in engine ? engine.model.modelId : null;
  output.data(models.map(({ model, ...details }) => ({ ...model, isLoaded: model.id === loadedId, ...details })));
  if (models.length === 0) {
    output.remark("No models are installed yet. Find one with: facet models search qwen");
    return;
  }
  output.table(
    [
      { head: "NAME" },
      { head: "TYPE" },
      { head: "PARAMETERS", isNumber: true },
      { head: "SIZE", isNumber: true },
      { head: "FILE" },
      { head: "" },
    ],
    models.map(({ model, quantization, parameterCount }) => [
      model.name,
      quantization ?? "",
      parameterCount === null ? "" : formatParameters(parameterCount),
      formatBytes(model.sizeBytes),
      model.fileName,
      model.id === loadedId ? "loaded" : model.failure === null ? "" : "cannot be used",
    ]),
  );
}

export async function installed(reader: Reader): Promise<InstalledModels> {
  return valueOf(await reader.call("models.installed", undefined));
}

/** With what its header says. */
export async function detailsOf(modelId: ModelDetails["model"]["id"], reader: Reader): Promise<ModelDetails | null> {
  return (await installed(reader)).models.find(({ model }) => model.id === modelId) ?? null;
}
