// facet network …: for what Facet may use the network, as Settings show it.
import { Argument, type Command } from "commander";
import { NETWORK_USES, type NetworkUse } from "../../../contract/networkUses";
import { t } from "../../../words/language";
import { networkWords } from "../../../words/networkWords";
import type { CommandContext } from "../CommandContext";
import { examples } from "../examples";
import { valueOf } from "../useOutcome";

export function addNetworkCommands(program: Command, context: CommandContext): void {
  const network = program
    .command("network")
    .description(t("what Facet uses the network for, and what it sends; each can be switched off"))
    .addHelpText("after", examples(["facet network"], ["facet network off search"]));
  network
    .command("list", { isDefault: true })
    .alias("ls")
    .description(t("all of them, with what is sent and to whom"))
    .action(() => listUses(context));
  network
    .command("on")
    .description(t("allow it"))
    .addArgument(useArgument())
    .action((use: NetworkUse) => switchUse(use, true, context));
  network
    .command("off")
    .description(t("switch it off; what is going on is stopped"))
    .addArgument(useArgument())
    .action((use: NetworkUse) => switchUse(use, false, context));
}

function useArgument(): Argument {
  return new Argument("<use>", t("what to switch")).choices(NETWORK_USES);
}

async function listUses({ output, reader }: CommandContext): Promise<void> {
  const { settings } = valueOf(await (await reader()).call("app.snapshot", undefined));
  output.data(settings.network);
  output.table(
    [{ head: t("What for") }, { head: "" }, { head: t("What is sent") }],
    NETWORK_USES.map((use) => [use, settings.network[use] ? t("on") : t("off"), networkWords(use).sent]),
  );
}

async function switchUse(use: NetworkUse, on: boolean, context: CommandContext): Promise<void> {
  const application = await context.application();
  const { settings } = valueOf(await application.call("app.snapshot", undefined));
  const saved = valueOf(await application.call("settings.save", { network: { ...settings.network, [use]: on } }));
  context.output.data(saved.network);
  const { name } = networkWords(use);
  context.output.remark(on ? t("{name}: switched on.", { name }) : t("{name}: switched off.", { name }));
}
