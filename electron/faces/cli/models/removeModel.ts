// facet models remove: a model of Facet's own folder to the trash; of one that is used in place only its entry.
import type { ModelDetails } from "../../../contract/model";
import { neededByWords, usedInWords } from "../../../words/modelUseWords";
import { formatBytes } from "../../../words/quantities";
import { t } from "../../../words/language";
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
  if (details === null) throw new CommandError(t("“{name}” is no longer there.", { name }), EXIT.notFound);
  const use = valueOf(await application.call("models.use", { modelId }));
  const { deltas } = valueOf(await application.call("deltas.forModel", { modelId }));
  const fineTunes = deltas.filter(({ match }) => match !== "refused").map(({ delta }) => delta.name);
  output.remark([whatHappens(details), usedInWords(use), neededByWords(fineTunes)].filter(Boolean).join(" "));
  const isSure = await confirm(
    details.inModelsFolder ? t("Move “{name}” to the trash?", { name }) : t("Take “{name}” off the list?", { name }),
    yes,
    context,
  );
  if (!isSure) throw new CommandError(t("“{name}” stays.", { name }), EXIT.cancelled);
  valueOf(await application.call(details.inModelsFolder ? "models.delete" : "models.forget", { modelId }));
  output.data({ ...details.model, movedToTrash: details.inModelsFolder, chatCount: use.chatCount });
  output.line(
    details.inModelsFolder
      ? t("“{name}” is in the trash. {size} are free again once that is emptied.", {
          name,
          size: formatBytes(details.model.sizeBytes),
        })
      : t("“{name}” is off the list. Its file stays where it is.", { name }),
  );
}

function whatHappens({ model: { name, fileCount }, inModelsFolder }: ModelDetails): string {
  if (!inModelsFolder) return t("“{name}” would leave the list; its file stays where it is.", { name });
  return t("{count, plural, one {The file} other {The # files}} of “{name}” would go to the trash.", {
    count: fileCount,
    name,
  });
}
