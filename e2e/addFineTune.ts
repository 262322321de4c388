// Adds a real LoRA of the starter model to a running app, through the system's file dialog.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Delta } from "../electron/contract/deltas";
import { loraBytes, type LoraOptions } from "../electron/testing/deltaGguf";
import { starterMatrices } from "../electron/testing/starterMatrices";
import type { FacetApp } from "./FacetApp";
import { answerFileDialogs } from "./systemDialogs";

/** `folder`: where the file is written first. Its content, and with it the answers, are decided by `seed`. */
export async function addFineTune(
  app: FacetApp,
  folder: string,
  name: string,
  seed: number,
  over: LoraOptions = {},
): Promise<Delta> {
  const file = path.join(folder, `${name}.gguf`);
  await writeFile(
    file,
    loraBytes({
      matrices: starterMatrices(),
      seed,
      strength: 0.3,
      rank: 8,
      metadata: { "general.name": undefined },
      ...over,
    }),
  );
  await answerFileDialogs(app, [file]);
  const added = await app.window.evaluate(() => window.facet.call["deltas.addFile"](undefined));
  if (!added.ok || added.value === null) throw new Error(`“${name}” was not added: ${JSON.stringify(added)}`);
  return added.value;
}
