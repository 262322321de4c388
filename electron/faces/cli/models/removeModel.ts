// facet models remove: a model of Facet's own folder to the trash; of one that is used in place only its entry.
import type { ModelDetails } from "../../../contract/model";
import { neededByWords, usedInWords } from "../../../words/modelUseWords";
import { formatBytes } from "../../../words/quantities";
import type { CommandContext } from "../CommandContext";
import { chooseModel } from "../chooseByName";
import { CommandError, EXIT } from "../CommandError";
import { confirm } from "../confirm";
import { valueOf } from "../useOutcome";
import { detailsOf } from "./listModels";

export async function removeModel(wanted: string, { yes }: { yes: boolean }, context: CommandContext): Promise<void> {
  const { output } = context;
  const application = await context.application();
  const { id: modelId, name } = await chooseModel(wanted, application);
  const details = await detailsOf(modelId, application);
  if (details === null) throw new CommandError(`“${name}” is not there any more.`, EXIT.notFound);
  const use = valueOf(await application.call("models.use", { modelId }));
  const { deltas } = valueOf(await application.call("deltas.forModel", { modelId }));
  const fineTunes = deltas.filter(({ match }) => match !== "refused").map(({ delta }) => delta.name);
  output.remark([whatHappens(details), usedInWords(use), neededByWords(fineTunes)].filter(Boolean).join(" "));
  const isSure = await confirm(`${details.inModelsFolder ? "Move" : "Forget"} “${name}”?`, yes, context);
  if (!isSure) throw new CommandError("It stays.", EXIT.cancelled);
  valueOf(await application.call(details.inModelsFolder ? "models.delete" : "models.forget", { modelId }));
  output.data({ ...details.model, movedToTrash: details.inModelsFolder, chatCount: use.chatCount });
  output.line(
    details.inModelsFolder
      ? `“${name}” is in the trash; ${formatBytes(details.model.sizeBytes)} are free again once that is emptied.`
      : `“${name}” is forgotten. Its file stays where it is.`,
  );
}

function whatHappens({ model: { name, fileCount }, inModelsFolder }: ModelDetails): string {
  if (!inModelsFolder) return `“${name}” leaves the list; its file stays where it is.`;
  return `The ${fileCount === 1 ? "file" : `${fileCount} files`} of “${name}” would go to the trash.`;
}
