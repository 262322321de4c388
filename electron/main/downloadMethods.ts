// The methods "downloads.…" of the contract, and the queue behind them. Main process.
import { powerMonitor } from "electron";
import { type Download } from "../contract/downloads";
import { fail, succeed, type Outcome } from "../contract/failure";
import { DownloadQueue } from "../services/downloads/DownloadQueue";
import { HubFileSource } from "../services/hub/HubFileSource";
import type { Log } from "../services/LogFile";
import type { AppContext } from "./AppContext";
import type { Handlers } from "./callGate";
import type { Hub } from "./Hub";

type DownloadHandlers = Pick<
  Handlers,
  "downloads.list" | "downloads.add" | "downloads.pause" | "downloads.resume" | "downloads.cancel"
>;

export interface DownloadsOptions {
  modelsFolder: string;
  hub: Hub;
  log: Log;
  onChanged: (downloads: Download[]) => void;
  onReady: () => void;
}

export function createDownloads({ modelsFolder, hub, log, onChanged, onReady }: DownloadsOptions): DownloadQueue {
  const changed = () => onChanged(queue.list());
  const queue = new DownloadQueue({
    modelsFolder,
    endpoint: hub.endpoint,
    openSource(file) {
      const client = hub.client();
      return client.ok
        ? new HubFileSource(client.value, file)
        : { open: () => Promise.resolve(fail("hub-address-invalid")) };
    },
    onChange: changed,
    onRemoved: changed,
    onReady({ download }) {
      log("info", "model downloaded", { repository: download.repository, sizeBytes: download.sizeBytes });
      onReady();
    },
    onProblem: (error) => log("error", "download", { error: String(error) }),
  });
  powerMonitor.on("resume", () => queue.wake());
  return queue;
}

export function downloadMethods({ downloads, fileTasks }: AppContext): DownloadHandlers {
  return {
    "downloads.list": () => succeed(downloads.list()),
    // What is being moved must not change meanwhile.
    "downloads.add": (request) => (fileTasks.isRunning("move") ? fail("models-folder-busy") : downloads.add(request)),
    "downloads.pause": async ({ id }) => done(await downloads.pause(id)),
    "downloads.resume": async ({ id }) =>
      fileTasks.isRunning("move") ? fail("models-folder-busy") : done(await downloads.resume(id)),
    "downloads.cancel": async ({ id }) => done(await downloads.cancel(id)),
  };
}

function done(outcome: Outcome<null>): Outcome<undefined> {
  return outcome.ok ? succeed(undefined) : outcome;
}
