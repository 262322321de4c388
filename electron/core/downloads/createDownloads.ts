// The queue of downloads from the hub.
import { fail } from "../../contract/failure";
import type { EventStream } from "../EventStream";
import type { Host } from "../Host";
import type { Hub } from "../hub/Hub";
import { HubFileSource } from "../hub/HubFileSource";
import type { Log } from "../LogFile";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { DownloadQueue } from "./DownloadQueue";
import { watchDownloads } from "./watchDownloads";

export interface DownloadsOptions {
  host: Host;
  events: EventStream;
  modelsFolder: string;
  hub: Hub;
  log: Log;
  unfinished: UnfinishedFiles;
}

export function createDownloads({ host, events, modelsFolder, hub, log, unfinished }: DownloadsOptions): DownloadQueue {
  const watch = watchDownloads({ host, wake: () => queue.wake() });
  const changed = () => {
    const list = queue.list();
    watch(list);
    events.emit("downloads-changed", list);
  };
  const queue = new DownloadQueue({
    modelsFolder,
    unfinished,
    endpoint: hub.endpoint,
    openSource(file) {
      const client = hub.client("downloads");
      return client.ok
        ? new HubFileSource(client.value, file)
        : { open: () => Promise.resolve(fail("hub-address-invalid")) };
    },
    onChange: changed,
    onRemoved: changed,
    onReady({ download }) {
      log("info", "model downloaded", { repository: download.repository, sizeBytes: download.sizeBytes });
      events.emit("model-downloaded", undefined);
    },
    onProblem: (error) => log("error", "download", { error: String(error) }),
  });
  return queue;
}
