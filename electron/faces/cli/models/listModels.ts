// facet models list: what is installed. No file is opened for it, so that it is there at once; facet models show says more.
import type { InstalledModels, ModelDetails } from "../../../contract/model";
import { quantizationOf } from "../../../contract/quantizationOf";
import { formatBytes } from "../../../words/quantities";
import { typeWord } from "../../../words/typeWords";
import { t } from "../../../words/language";
import type { CommandContext, Reader } from "../CommandContext";
import { valueOf } from "../useOutcome";

export async function listModels({ output, reader }: CommandContext): Promise<void> {
  const { models, engine } = valueOf(await (await reader()).call("app.snapshot", undefined));
  const loadedId = "model" in engine ? engine.model.modelId : null;
  const listed = models.map((model) => ({
    ...model,
    isLoaded: model.id === loadedId,
    quantization: quantizationOf(model.fileName),
  }));
  output.data(listed);
  if (models.length === 0) {
    output.remark(t("No models yet. Find one with: {command}", { command: "facet models search qwen" }));
    return;
  }
  output.table(
    [
      { head: t("Name") },
      { head: t("Type") },
      { head: "" },
      { head: t("Size"), isNumber: true },
      { head: t("File") },
      { head: "" },
    ],
    listed.map(({ name, quantization, sizeBytes, fileName, isLoaded, failure }) => [
      name,
      quantization ?? "",
      typeWord(quantization ?? "") ?? "",
      formatBytes(sizeBytes),
      fileName,
      isLoaded ? t("loaded") : failure === null ? "" : t("cannot be used"),
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
