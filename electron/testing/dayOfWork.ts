// An application on a data folder of a test's own, and a day's work with it.
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ModelId } from "../contract/ids";
import { createApplication } from "../core/createApplication";
import { makeDataFolder } from "../core/openAppData";
import { nodeHost } from "../hosts/node/nodeHost";
import { holdDataFolder, type HeldApplication } from "../instance/holdDataFolder";
import { loraBytes } from "./deltaGguf";
import { forkFitChild } from "./forkFitChild";
import { forkNodeJob } from "./forkNodeJob";
import { writeTinyModel } from "./tinyGguf";

const noLog = () => undefined;

/** In this process, with real processes for headers and jobs. `parent`: for the trash, and files of the work. */
export async function holdFolder(folder: string, parent: string): Promise<HeldApplication> {
  const made = makeDataFolder(folder);
  if (!made.ok) throw new Error(made.failure.code);
  const trash = path.join(parent, "trash");
  const host = {
    ...nodeHost({ appFolder: process.cwd(), scriptFolder: folder, dataFolder: folder, engineLog: noLog }),
    forkFit: () => (listeners: Parameters<typeof forkFitChild>[1]) =>
      forkFitChild(path.join(parent, "scratch"), listeners),
    forkJob: forkNodeJob(fileURLToPath(new URL("../engine/jobs/job.ts", import.meta.url)), ["--import", "tsx"]),
    async moveToTrash(file: string) {
      mkdirSync(trash, { recursive: true });
      writeFileSync(path.join(trash, path.basename(file)), lstatSync(file).isDirectory() ? "" : readFileSync(file));
      rmSync(file, { recursive: true });
    },
  };
  const held = await holdDataFolder({
    folder,
    holder: "facet test",
    open: () => createApplication({ host, dataFolder: folder, log: noLog, engineLog: noLog }),
    onReleaseWanted: noLog,
    log: noLog,
  });
  if (!held?.ok) throw new Error("the folder is not held");
  return held.value;
}

export async function ok<Value>(
  outcome: Promise<{ ok: true; value: Value } | { ok: false; failure: unknown }>,
): Promise<Value> {
  const settled = await outcome;
  if (!settled.ok) throw new Error(JSON.stringify(settled.failure));
  return settled.value;
}

/** Chats, settings, a copied model, a fine-tune, an export, a quantized model. */
export async function workForADay(application: HeldApplication, parent: string): Promise<void> {
  await application.start();
  await ok(application.call("chats.create", undefined));
  await ok(application.call("settings.save", { theme: "dark" }));
  await ok(application.call("hub.saveSettings", { endpoint: "http://127.0.0.1:9", token: "secret" }));
  const model = path.join(parent, "Small-F32.gguf");
  await writeTinyModel(model);
  const offer = await ok(application.call("import.dropped", { paths: [model] }));
  const [found] = offer.models;
  const copied = await ok(
    application.call("import.take", { offerId: offer.id, modelId: found?.id ?? ModelId.parse("none"), copy: true }),
  );
  const adapter = path.join(parent, "Pirate.gguf");
  writeFileSync(adapter, loraBytes({ seed: 1 }));
  const delta = await ok(application.call("deltas.addPath", { path: adapter, baseId: null }));
  const target = path.join(parent, "exported.gguf");
  await ok(application.call("deltas.exportTo", { deltaId: delta.id, path: target, compact: false, replaces: false }));
  const ended = new Promise<string>((resolve) => {
    application.events.on("jobs-changed", ([job]) => {
      if (job?.state.kind === "done" || job?.state.kind === "failed") resolve(JSON.stringify(job.state));
    });
  });
  await ok(
    application.call("jobs.start", {
      kind: "quantize",
      source: { kind: "installed", modelId: copied.id },
      recipe: { type: "Q8_0", steps: [] },
      measureQuality: false,
      keepSource: true,
    }),
  );
  const end = await ended;
  if (!end.includes("done")) throw new Error(end);
}
