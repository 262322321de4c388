// facet models …: what is installed, found at the hub, fetched, imported, verified and removed.
import { InvalidArgumentError, Option, type Command } from "commander";
import type { HubSort } from "../../../contract/hub";
import type { CommandContext } from "../CommandContext";
import { chooseModel } from "../chooseByName";
import { runFileTask } from "../followFileTask";
import { hubAddressIn } from "../hubModel";
import { getModel, getStarter } from "../models/getModel";
import { importModels } from "../models/importModels";
import { listModels } from "../models/listModels";
import { removeModel } from "../models/removeModel";
import { searchHub } from "../models/searchHub";
import { showHubModel } from "../models/showHubModel";
import { showModel } from "../models/showModel";

const USUAL_LIMIT = 20;
const MAX_LIMIT = 1000;
const MODEL = "an installed model: its name, or as much of it as is clear";
const SORTS = {
  trending: "trendingScore",
  downloads: "downloads",
  likes: "likes",
  changed: "lastModified",
  new: "createdAt",
} as const satisfies Record<string, HubSort>;

export function addModelsCommands(program: Command, context: CommandContext): void {
  const models = program.command("models").description("the models on this computer and at the hub");
  models
    .command("list")
    .alias("ls")
    .description("the installed models")
    .action(() => listModels(context));
  models
    .command("search")
    .description("find models in GGUF at the hub")
    .argument("<query...>", "words of the name")
    .option("-n, --limit <number>", "how many to show", readLimit, USUAL_LIMIT)
    .addOption(
      new Option("--sort <order>", "what comes first")
        .choices(Object.keys(SORTS))
        .default("trending" satisfies keyof typeof SORTS),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  facet models search qwen3 8b\n  facet models search --sort downloads -n 50 gemma",
    )
    .action((words: string[], { limit, sort }: { limit: number; sort: keyof typeof SORTS }) =>
      searchHub(words.join(" "), { limit, sort: SORTS[sort] }, context),
    );
  models
    .command("show")
    .description(
      "all that is known of a model: format, sizes, abilities, licence; of one at the hub which variants fit",
    )
    .argument("<model>", `${MODEL}; or OWNER/NAME at the hub`)
    .addHelpText("after", "\nExamples:\n  facet models show smollm2\n  facet models show Qwen/Qwen3-8B-GGUF")
    .action((wanted: string) => {
      const address = hubAddressIn(wanted);
      return address === null ? showModel(wanted, context) : showHubModel(address, context);
    });
  models
    .command("get")
    .alias("download")
    .description("download a model from the hub; without a name the starter model is offered")
    .argument("[model]", "OWNER/NAME, with :QUANT for another variant than the one that is proposed for this computer")
    .option("-y, --yes", "download the starter model without being asked")
    .addHelpText(
      "after",
      "\nCtrl C pauses a download, and the same command goes on with it.\n\nExamples:\n  facet models get Qwen/Qwen3-8B-GGUF\n  facet models get Qwen/Qwen3-8B-GGUF:Q4_K_M",
    )
    .action((wanted: string | undefined, { yes = false }: { yes?: boolean }) =>
      wanted === undefined ? getStarter(yes, context) : getModel(wanted, context),
    );
  models
    .command("import")
    .description("use models that are on this computer already, where they are stored")
    .argument("<path...>", "GGUF files, or folders with such")
    .option("--copy", "copy them into Facet's folder")
    .addHelpText("after", "\nExample:\n  facet models import ~/Downloads/Qwen3-8B-Q4_K_M.gguf")
    .action((paths: string[], { copy = false }: { copy?: boolean }) => importModels(paths, { copy }, context));
  models
    .command("remove")
    .alias("rm")
    .description("move a model of Facet's folder to the trash; forget one that is used in place")
    .argument("<model>", MODEL)
    .option("-y, --yes", "do not ask")
    .action((wanted: string, { yes = false }: { yes?: boolean }) => removeModel(wanted, { yes }, context));
  models
    .command("verify")
    .description("read a model's file again and compare it with its checksum")
    .argument("<model>", MODEL)
    .action((wanted: string) => verifyModel(wanted, context));
}

async function verifyModel(wanted: string, context: CommandContext): Promise<void> {
  const { id: modelId, name } = await chooseModel(wanted, await context.application());
  await runFileTask({ kind: "verify", label: "Reading" }, context, (application) =>
    application.call("models.verify", { modelId }),
  );
  context.output.data({ id: modelId, name, isAsItShouldBe: true });
  context.output.line(`The file of “${name}” is what it should be.`);
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new InvalidArgumentError(`A whole number from 1 to ${MAX_LIMIT}.`);
  return limit;
}
