// facet models import: GGUF files and folders of this computer, used where they are stored or copied into Facet's folder.
import { existsSync } from "node:fs";
import path from "node:path";
import type { FoundModel } from "../../../contract/importing";
import type { InstalledModel } from "../../../contract/model";
import { failureText } from "../../../words/failureText";
import { leftOutWords } from "../../../words/leftOutWords";
import { formatBytes } from "../../../words/quantities";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { runFileTask } from "../followFileTask";
import { valueOf } from "../useOutcome";

export async function importModels(
  given: readonly string[],
  { copy }: { copy: boolean },
  context: CommandContext,
): Promise<void> {
  const { output } = context;
  const paths = given.map((one) => path.resolve(one));
  const missing = paths.find((one) => !existsSync(one));
  if (missing !== undefined)
    throw new CommandError(t("There is no file or folder “{path}”.", { path: missing }), EXIT.notFound);
  const application = await context.application();
  const {
    id: offerId,
    models,
    adapters,
    leftOut,
    isPartial,
  } = valueOf(await application.call("import.dropped", { paths }));
  const added: InstalledModel[] = [];
  for (const model of models) {
    const { id: modelId, name, installed, failure } = model;
    if (installed) output.remark(t("“{name}” is already in the list.", { name }));
    else if (failure !== null) output.remark(`${name}: ${failureText(failure).happened}`);
    else {
      const take = { offerId, modelId, copy };
      const taken = copy
        ? await runFileTask({ kind: "copy", label: t("Copying {name}", { name }) }, context, () =>
            application.call("import.take", take),
          )
        : valueOf(await application.call("import.take", take));
      added.push(taken);
      output.line(
        copy
          ? t("“{name}” is installed: {size} copied.", { name: taken.name, size: formatBytes(taken.sizeBytes) })
          : t("“{name}” is installed.", { name: taken.name }),
      );
    }
  }
  if (adapters.length > 0)
    output.remark(
      t("These are fine-tunes, not models: {files}. Add them with: {command}", {
        files: adapters.join(", "),
        command: "facet delta add FILE",
      }),
    );
  const others = leftOutWords({ leftOut });
  if (others !== null) output.remark(others);
  if (isPartial) output.remark(t("There was more than Facet looks at in one go. Name a smaller folder for the rest."));
  if (!models.some(isUsableOrHere))
    throw new CommandError(
      models.length > 0
        ? t("None of these models can be used.")
        : t("There is no model in this. Models that Facet can use end in .gguf; folders are searched six levels deep."),
      models.length > 0 ? EXIT.failed : EXIT.notFound,
    );
  output.data(added);
}

function isUsableOrHere({ installed, failure }: FoundModel): boolean {
  return installed || failure === null;
}
