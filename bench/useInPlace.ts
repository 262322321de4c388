// library.use_1000_s: a folder of a thousand models, used where they are: from the user's yes until all are in the list and stored, in the
// real application with its real processes.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Outcome } from "../electron/contract/failure";
import type { Application } from "../electron/core/createApplication";
import { tinyModelBytes } from "../electron/testing/tinyGguf";
import { list, median, type Figures } from "./figures";

const MODELS = 1000;
const RUNS = 5;
/** On a busy computer a look into the folder ends before it has seen all. */
const LOOKS = 5;

export async function useInPlace(): Promise<Figures> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-bench-"));
  try {
    const models = path.join(folder, "models of mine");
    await mkdir(models);
    const bytes = tinyModelBytes();
    for (let index = 0; index < MODELS; index++) await writeFile(path.join(models, `model-${index}.gguf`), bytes);
    const looked: number[] = [];
    const used: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const { lookedMs, usedMs } = await useAll(models, path.join(folder, `data-${run}`));
      looked.push(lookedMs / 1000);
      used.push(usedMs / 1000);
    }
    console.log(`  looking into the folder: ${list(looked, 2)} s; using all of it: ${list(used, 2)} s`);
    return { "library.use_1000_s": median(used) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function useAll(models: string, dataFolder: string): Promise<{ lookedMs: number; usedMs: number }> {
  const { openApplication } = (await import(pathToFileURL(path.resolve(".vite/build/application.mjs")).href)) as {
    openApplication(folder: string): Promise<Outcome<Application>>;
  };
  const application = valueOf(await openApplication(dataFolder));
  try {
    const look = async () => valueOf(await application.call("import.dropped", { paths: [models] }));
    let beganMs = performance.now();
    let offer = await look();
    for (let looks = 1; offer.isPartial && looks < LOOKS; looks++) {
      beganMs = performance.now();
      offer = await look();
    }
    if (offer.isPartial) throw new Error(`only ${offer.models.length} models are found in time: close other programs`);
    const lookedMs = performance.now();
    const modelIds = offer.models.map(({ id }) => id);
    valueOf(await application.call("import.useInPlace", { offerId: offer.id, modelIds }));
    const snapshot = valueOf(await application.call("app.snapshot", undefined));
    const endedMs = performance.now();
    if (snapshot.models.length !== MODELS) throw new Error(`${snapshot.models.length} models are listed`);
    return { lookedMs: lookedMs - beganMs, usedMs: endedMs - lookedMs };
  } finally {
    await application.close();
  }
}

function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}
