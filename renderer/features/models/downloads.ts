// All downloads as main last sent them, and what a user does with them. Renderer.
import { createStore, useStore } from "zustand";
import type { Download, DownloadId } from "../../../electron/contract/downloads";
import type { HubModel, HubVariant, RepositoryName } from "../../../electron/contract/hub";
import { call, callOrNotify } from "../../app/bridge";
import { downloadRequest } from "../../../electron/words/hubRequests";

const downloadStore = createStore<{ readonly downloads: readonly Download[] }>()(() => ({ downloads: [] }));

export function applyDownloads(downloads: readonly Download[]): void {
  downloadStore.setState({ downloads });
}

/** The queue as it is before the first event of it. */
export async function startDownloads(): Promise<void> {
  const outcome = await call("downloads.list", undefined);
  if (outcome.ok) applyDownloads(outcome.value);
}

export function useDownloads<Value>(select: (downloads: readonly Download[]) => Value): Value {
  return useStore(downloadStore, ({ downloads }) => select(downloads));
}

/** The download of a variant, while there is one. */
export function useDownloadOf(repository: RepositoryName, variant: HubVariant): Download | null {
  return useDownloads(
    (downloads) =>
      downloads.find(
        (download) =>
          download.repository === repository &&
          download.path === variant.id &&
          download.sizeBytes === variant.sizeBytes,
      ) ?? null,
  );
}

export async function download(model: HubModel, variant: HubVariant): Promise<void> {
  const added = await callOrNotify("downloads.add", downloadRequest(model, variant));
  if (added === null) return;
  downloadStore.setState(({ downloads }) => ({
    downloads: downloads.some(({ id }) => id === added.id) ? downloads : [...downloads, added],
  }));
}

export function pauseDownload(id: DownloadId): void {
  void callOrNotify("downloads.pause", { id });
}

export function resumeDownload(id: DownloadId): void {
  void callOrNotify("downloads.resume", { id });
}

export function cancelDownload(id: DownloadId): void {
  void callOrNotify("downloads.cancel", { id });
}

/** Not counted any more: what is finished. */
export function isUnfinished({ state }: Download): boolean {
  return state.kind !== "ready";
}
