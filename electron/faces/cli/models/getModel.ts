// facet models get: a variant of a model at the hub, downloaded; without a name the starter model.
import { usualJudging } from "../../../contract/fit";
import { failure } from "../../../contract/failure";
import type { HubModel, HubVariant } from "../../../contract/hub";
import type { InstalledModel, ModelDetails } from "../../../contract/model";
import type { ApplicationClient } from "../../../instance/ApplicationClient";
import { downloadRequest } from "../../../words/hubRequests";
import { fitSentence } from "../../../words/fitWords";
import { formatBytes } from "../../../words/quantities";
import { isUnquantized } from "../../../words/variantChoice";
import { obstacleWords, variantName } from "../../../words/variantWords";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError, EXIT } from "../CommandError";
import { confirm } from "../confirm";
import { factsOf } from "../followFileTask";
import { download } from "../followDownload";
import { readHubModel, requireHubAddress } from "../hubModel";
import { chooseVariant, type HubAddress } from "../hubVariant";
import { judgeVariants } from "../judgeFit";
import { errorOf, valueOf } from "../useOutcome";
import { installed } from "./listModels";

export async function getModel(text: string, context: CommandContext): Promise<void> {
  const { output } = context;
  const address = requireHubAddress(text);
  const application = await context.application();
  const model = await readHubModel(address, application, context);
  const here = (await installed(application)).models.filter(({ repository }) => repository === address.repository);
  const chosen = await choose(model, address, here, application, context);
  const before = variantHere(here, chosen);
  if (before === undefined) await download(downloadRequest(model, chosen), context);
  const after = before ?? variantHere((await installed(application)).models, chosen, address);
  if (after === undefined)
    throw new CommandError(t("The model was downloaded, but it isn’t in the list."), EXIT.failed);
  report(after.model, before !== undefined, context);
  output.remark(t("Chat with it: {command}", { command: `facet chat ${JSON.stringify(after.model.name)}` }));
}

/** The one that was named, else one that is being fetched or is here already, else the one that is proposed. */
async function choose(
  model: HubModel,
  address: HubAddress,
  here: readonly ModelDetails[],
  application: ApplicationClient,
  context: CommandContext,
): Promise<HubVariant> {
  const { output } = context;
  const chosen = address.file === null ? null : chooseVariant(model, address.file, () => false);
  if (chosen !== null) return withoutObstacle(chosen);
  const downloads = valueOf(await application.call("downloads.list", undefined));
  const begun = model.variants.find((variant) =>
    downloads.some(
      ({ repository, path, sizeBytes, state }) =>
        repository === address.repository &&
        path === variant.id &&
        sizeBytes === variant.sizeBytes &&
        state.kind !== "ready",
    ),
  );
  if (begun !== undefined) return begun;
  const present = model.variants.find((variant) => variantHere(here, variant) !== undefined);
  if (present !== undefined) return present;
  const { choice, fitOf, variants } = await judgeVariants(model, usualJudging, { all: false }, application, context);
  if (choice.kind === "best") {
    const fit = fitOf(choice.variant);
    const name = variantName(choice.variant, variants);
    output.remark(
      `${t("{reason}: {what}", { reason: choice.why, what: fit === null ? name : fitSentence(name, fit) })}.`,
    );
    return choice.variant;
  }
  const example = exampleOf(model);
  throw new CommandError(
    [
      ...(choice.kind === "none" ? [`${choice.why}.`] : []),
      ...(example === null ? [] : [t("Name the one you want: {command}", { command: example })]),
      t("All of them: {command}", { command: `facet models show ${address.repository}` }),
    ].join("\n"),
    choice.kind === "none" && variants.length === 0 ? EXIT.notFound : EXIT.failed,
  );
}

function exampleOf({ summary, variants }: HubModel): string | null {
  const example = variants.find(
    (variant) => !variant.isNamedDraft && variant.quantization !== null && !isUnquantized(variant),
  );
  return example === undefined ? null : `facet models get ${summary.repository}:${example.quantization}`;
}

function withoutObstacle(variant: HubVariant): HubVariant {
  if (variant.obstacle !== null) throw new CommandError(`${obstacleWords(variant.obstacle)}.`, EXIT.failed);
  return variant;
}

function variantHere(
  models: readonly ModelDetails[],
  { id, sizeBytes }: HubVariant,
  address?: HubAddress,
): ModelDetails | undefined {
  return models.find(
    ({ repository, hubPath, model }) =>
      hubPath === id && model.sizeBytes === sizeBytes && (address === undefined || repository === address.repository),
  );
}

/** The starter model is offered; `isYes`: and taken. */
export async function getStarter(isYes: boolean, context: CommandContext): Promise<void> {
  const { output, signal } = context;
  const application = await context.application();
  const { starter, models } = valueOf(await application.call("app.snapshot", undefined));
  const before = models.find(({ origin }) => origin === "starter");
  if (before !== undefined) return report(before, true, context);
  if (starter.kind !== "downloading") {
    output.remark(
      t("The starter model is {name} in 4 bits: {size}, {licence}. It is small and quick, not clever.", {
        name: "SmolLM2 135M Instruct",
        size: formatBytes(98_362_432),
        licence: "Apache-2.0",
      }),
    );
    if (!(await confirm(t("Download it?"), isYes, context))) throw errorOf(failure("request-cancelled"));
  }
  const progress = output.progress(t("Downloading"));
  const stopWatching = application.on("starter-changed", (state) => {
    if (state.kind !== "downloading") return;
    const { source, receivedBytes, totalBytes } = state;
    const facts = [...factsOf({ ...state, doneBytes: receivedBytes }), t("from {source}", { source })];
    progress.update(totalBytes === 0 ? null : receivedBytes / totalBytes, facts.join(" · "));
  });
  const cancel = () => void application.call("models.cancelStarter", undefined);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const model = await application.during(() => application.call("models.fetchStarter", undefined));
    progress.end();
    report(valueOf(model), false, context);
  } finally {
    progress.end();
    stopWatching();
    signal.removeEventListener("abort", cancel);
  }
}

function report(model: InstalledModel, wasHere: boolean, { output }: CommandContext): void {
  output.data({ ...model, wasHere });
  output.line(
    wasHere
      ? t("“{name}” is already installed.", { name: model.name })
      : t("“{name}” is installed.", { name: model.name }),
  );
}
