// facet models …: what is installed, found at the hub, fetched, imported, verified and removed.
import { Option, type Command } from "commander";
import type { HubSort } from "../../../contract/hub";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { chooseModel } from "../chooseByName";
import { examples } from "../examples";
import { runFileTask } from "../followFileTask";
import { hubAddressIn } from "../hubModel";
import { getModel, getStarter } from "../models/getModel";
import { importModels } from "../models/importModels";
import { listModels } from "../models/listModels";
import { removeModel } from "../models/removeModel";
import { searchHub } from "../models/searchHub";
import { showHubModel } from "../models/showHubModel";
import { showModel } from "../models/showModel";
import { withChoices, wholeNumber } from "../readOption";

const USUAL_LIMIT = 20;
const MAX_LIMIT = 1000;
const SORTS = {
  trending: "trendingScore",
  downloads: "downloads",
  likes: "likes",
  changed: "lastModified",
  new: "createdAt",
} as const satisfies Record<string, HubSort>;

export function addModelsCommands(program: Command, context: CommandContext): void {
  const models = program.command("models").description(t("the models on this computer and on Hugging Face"));
  models
    .command("list")
    .alias("ls")
    .description(t("the installed models"))
    .action(() => listModels(context));
  models
    .command("search")
    .description(t("find models in GGUF on Hugging Face"))
    .argument("<query...>", t("words of the name"))
    .option(
      "-n, --limit <number>",
      t("how many to show"),
      wholeNumber("--limit", { min: 1, max: MAX_LIMIT }),
      USUAL_LIMIT,
    )
    .addOption(
      withChoices(new Option("--sort <order>", t("what comes first")), Object.keys(SORTS)).default(
        "trending" satisfies keyof typeof SORTS,
      ),
    )
    .addHelpText(
      "after",
      examples(["facet models search qwen3 8b"], ["facet models search --sort downloads -n 50 gemma"]),
    )
    .action((words: string[], { limit, sort }: { limit: number; sort: keyof typeof SORTS }) =>
      searchHub(words.join(" "), { limit, sort: SORTS[sort] }, context),
    );
  models
    .command("show")
    .description(
      t("what is known of a model: format, sizes, abilities, licence; of one on Hugging Face, which variants fit"),
    )
    .argument("<model>", t("an installed model, or {form} on Hugging Face", { form: "OWNER/NAME" }))
    .addHelpText("after", examples(["facet models show smollm2"], ["facet models show Qwen/Qwen3-8B-GGUF"]))
    .action((wanted: string) => {
      const address = hubAddressIn(wanted);
      return address === null ? showModel(wanted, context) : showHubModel(address, context);
    });
  models
    .command("get")
    .alias("download")
    .description(t("download a model from Hugging Face; without a name the starter model is offered"))
    .argument(
      "[model]",
      t("{form}, with {variant} for another variant than the one proposed for this computer", {
        form: "OWNER/NAME",
        variant: ":QUANT",
      }),
    )
    .option("-y, --yes", t("download the starter model without being asked"))
    .addHelpText(
      "after",
      `\n${t("Ctrl C pauses a download, and the same command continues it.")}\n${examples(
        ["facet models get Qwen/Qwen3-8B-GGUF"],
        ["facet models get Qwen/Qwen3-8B-GGUF:Q4_K_M"],
      )}`,
    )
    .action((wanted: string | undefined, { yes = false }: { yes?: boolean }) =>
      wanted === undefined ? getStarter(yes, context) : getModel(wanted, context),
    );
  models
    .command("import")
    .description(t("use models that are on this computer already, where they are stored"))
    .argument("<path...>", t("GGUF files, or folders that contain some"))
    .option("--copy", t("copy them into Facet’s folder"))
    .addHelpText("after", examples(["facet models import ~/Downloads/Qwen3-8B-Q4_K_M.gguf"]))
    .action((paths: string[], { copy = false }: { copy?: boolean }) => importModels(paths, { copy }, context));
  models
    .command("remove")
    .alias("rm")
    .description(t("move a model in Facet’s folder to the trash; take one stored elsewhere off the list"))
    .argument("<model>", installedModel())
    .option("-y, --yes", t("don’t ask"))
    .action((wanted: string, { yes = false }: { yes?: boolean }) => removeModel(wanted, { yes }, context));
  models
    .command("verify")
    .description(t("read a model’s file again and compare it with its checksum"))
    .argument("<model>", installedModel())
    .action((wanted: string) => verifyModel(wanted, context));
}

async function verifyModel(wanted: string, context: CommandContext): Promise<void> {
  const { id: modelId, name } = await chooseModel(wanted, await context.application());
  await runFileTask({ kind: "verify", label: t("Reading") }, context, (application) =>
    application.call("models.verify", { modelId }),
  );
  context.output.data({ id: modelId, name, isAsItShouldBe: true });
  context.output.line(t("The file of “{name}” is what it should be.", { name }));
}

function installedModel(): string {
  return t("an installed model: its name, or the unambiguous start of it");
}
