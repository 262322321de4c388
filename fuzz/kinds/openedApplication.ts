// A whole application on a data folder of its own, with what it has after some use: chats, a model, a fine-tune. Its processes end at once
// and there is no network, so that it is about the application itself; headers are read by a real fit process.
import { mkdirSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import path from "node:path";
import type { Application } from "../../electron/core/createApplication";
import { createApplication } from "../../electron/core/createApplication";
import { sourceWorker } from "../../electron/testing/sourceWorker";
import type { Host } from "../../electron/core/Host";
import { fetchHttp } from "../../electron/core/hub/fetchHttp";
import { makeDataFolder } from "../../electron/core/openAppData";
import type { Child, ChildListeners } from "../../electron/process/Fork";
import { loraBytes } from "../../electron/testing/deltaGguf";
import { forkFitChild } from "../../electron/testing/forkFitChild";
import { tinyModelBytes } from "../../electron/testing/tinyGguf";

const noLog = () => undefined;

export interface OpenedApplication {
  application: Application;
  folder: string;
  /** What there is to ask for. */
  ids: () => Promise<KnownIds>;
}

/** By the field that they are given in. */
export type KnownIds = Readonly<Record<string, readonly string[]>>;

export async function openedApplication(folder: string): Promise<OpenedApplication> {
  const dataFolder = path.join(folder, "data");
  makeDataFolder(dataFolder);
  writeFileSync(path.join(dataFolder, "models", "tiny.gguf"), tinyModelBytes());
  const elsewhere = path.join(folder, "elsewhere");
  mkdirSync(elsewhere);
  writeFileSync(path.join(elsewhere, "another.gguf"), tinyModelBytes({ seed: 2 }));
  writeFileSync(path.join(elsewhere, "adapter.gguf"), loraBytes());
  const created = await createApplication({ host: offlineHost(folder), dataFolder, log: noLog, engineLog: noLog });
  if (!created.ok) throw new Error(created.failure.code);
  const application = created.value;
  await application.call("deltas.addPath", { path: path.join(elsewhere, "adapter.gguf"), baseId: null });
  for (const text of ["Of the sea", "Of the wind"]) {
    const chat = await application.call("chats.create", undefined);
    if (chat.ok) await application.call("chats.send", { chatId: chat.value.id, text });
  }
  return { application, folder, ids: () => idsOf(application) };
}

async function idsOf({ call }: Application): Promise<KnownIds> {
  const snapshot = await call("app.snapshot", undefined);
  const chats = snapshot.ok ? snapshot.value.chats : [];
  const messages: { id: string; requestId?: string | null }[] = [];
  for (const { id } of chats.slice(0, 3)) {
    const opened = await call("chats.open", { chatId: id });
    if (opened.ok) messages.push(...opened.value.messages);
  }
  const listed = async (list: "deltas.list" | "jobs.list" | "downloads.list" | "fileTasks.list"): Promise<string[]> => {
    const outcome = await call(list, undefined);
    return outcome.ok ? outcome.value.map(({ id }) => id) : [];
  };
  const deltaId = await listed("deltas.list");
  const modelId = snapshot.ok ? snapshot.value.models.map(({ id }) => id) : [];
  return {
    chatId: chats.map(({ id }) => id),
    messageId: messages.map(({ id }) => id),
    requestId: messages.flatMap(({ requestId }) => requestId ?? []),
    modelId,
    baseId: modelId,
    fineTuneId: modelId,
    deltaId,
    beforeId: deltaId,
    id: [...(await listed("jobs.list")), ...(await listed("downloads.list")), ...(await listed("fileTasks.list"))],
  };
}

function offlineHost(folder: string): Host {
  const ended = (listeners: ChildListeners): Child<object> => {
    setTimeout(() => listeners.onExit(1), 1);
    return { postMessage: () => undefined, kill: () => undefined };
  };
  const refused: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));
  const scratch = path.join(folder, "scratch");
  const trash = path.join(folder, "trash");
  mkdirSync(scratch);
  mkdirSync(trash);
  let trashed = 0;
  return {
    appVersion: "0.0.0",
    appFolder: process.cwd(),
    catalogueFile: path.resolve("resources/catalogue.json"),
    languagesFolder: path.resolve("resources/languages"),
    systemLanguages: () => ["en"],
    // A thread of its own, which is not there: searches fail in words.
    worker: sourceWorker(),
    searchScript: path.join(folder, "none.cjs"),
    forkEngine: () => ended,
    forkFit: () => (listeners) => forkFitChild(scratch, listeners),
    forkJob: ended,
    network: {
      http: fetchHttp(refused),
      fetch: refused,
      setProxy: async () => undefined,
      usesProxy: async () => false,
    },
    takesFoundToken: false,
    secrets: {
      isAvailable: () => false,
      encrypt: () => Buffer.alloc(0),
      decrypt: () => "",
    },
    keepAwake: () => undefined,
    onWake: () => undefined,
    moveToTrash: async (file) => rename(file, path.join(trash, String(trashed++))),
  };
}
