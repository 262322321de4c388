// What a command left in its data folder, and what it finds there: by the application itself, while no command runs.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Delta } from "../../electron/contract/deltas";
import type { OpenChat } from "../../electron/contract/methods";
import type { Application } from "../../electron/core/createApplication";
import type { Outcome } from "../../electron/contract/failure";
import { loraBytes } from "../../electron/testing/deltaGguf";
import { starterMatrices } from "../../electron/testing/starterMatrices";
import type { FacetCommand } from "./facetCommand";

/** Nothing may run on its data folder meanwhile. */
export async function withApplication<Result>(
  { dataFolder }: FacetCommand,
  work: (application: Application) => Promise<Result>,
): Promise<Result> {
  const entry = pathToFileURL(path.resolve(".vite/build/application.mjs")).href;
  const { openApplication } = (await import(entry)) as {
    openApplication(folder: string): Promise<Outcome<Application>>;
  };
  const application = valueOf(await openApplication(dataFolder));
  try {
    return await work(application);
  } finally {
    await application.close();
  }
}

/** All of them, the newest first. */
export function storedChats(facet: FacetCommand): Promise<OpenChat[]> {
  return withApplication(facet, async (application) => {
    const { chats } = valueOf(await application.call("app.snapshot", undefined));
    const open: OpenChat[] = [];
    for (const { id } of chats) open.push(valueOf(await application.call("chats.open", { chatId: id })));
    return open;
  });
}

/** LoRAs of the starter model that change what it says. */
export async function addFineTunes(facet: FacetCommand, ...names: string[]): Promise<Delta[]> {
  return withApplication(facet, async (application) => {
    const added: Delta[] = [];
    for (const [index, name] of names.entries()) {
      const file = path.join(facet.workFolder, `${name}.gguf`);
      const metadata = { "general.name": undefined };
      await writeFile(
        file,
        loraBytes({ matrices: starterMatrices(), seed: 3 + index, strength: 0.3, rank: 8, metadata }),
      );
      added.push(valueOf(await application.call("deltas.addPath", { path: file, baseId: null })));
    }
    return added;
  });
}

function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}
