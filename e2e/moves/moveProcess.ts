// A process of its own that moves a models folder from place to place until it is killed; made to be killed.
import { writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { UnfinishedFiles } from "../../electron/core/UnfinishedFiles";
import { finishMove, moveModelsFolder, realModelsFolder } from "../../electron/core/importing/moveModelsFolder";

const [modelsFolder = "", journalFile = "", ...targets] = process.argv.slice(2);
const unfinished = await UnfinishedFiles.open(path.dirname(journalFile), () => undefined);
const place = { modelsFolder, journalFile, unfinished };
const run = { signal: new AbortController().signal, addTotal: () => {}, addDone: () => {} };
await finishMove(place);
writeSync(1, "ready\n");
for (;;) {
  for (const target of [...targets, null]) {
    const { folder, isMoved } = await realModelsFolder(place);
    if (target === null ? !isMoved : folder === target) continue;
    if (target !== null) await mkdir(target, { recursive: true });
    const moved = await moveModelsFolder(place, target, run);
    if (!moved.ok) throw new Error(JSON.stringify(moved.failure));
    writeSync(1, "moved\n");
  }
}
