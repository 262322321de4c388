// The downloads of the app: which of them run, which wait; all of it on the disk, so that it outlives the app.
import path from "node:path";
import type { Download, DownloadId, DownloadRequest } from "../../contract/downloads";
import { fail, failure, type Outcome } from "../../contract/failure";
import { freeBytesIn, RESERVE_BYTES } from "../../files/room";
import { diskFailure } from "./diskFailure";
import {
  chooseFolder,
  downloadIdOf,
  fileNamesOf,
  forgetDownload,
  isDownloaded,
  loadDownloads,
  saveDownload,
  type SavedDownload,
} from "./downloadDisk";
import { CONNECTIONS, DOWNLOAD_TIMING } from "./downloadFile";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { CHUNK_BYTES } from "./PartFile";
import { QueuedDownload, totalBytes, type QueuedDownloadOptions } from "./QueuedDownload";

/** So that a small model need not wait for a large one, and the large one still gets most of the line. */
const MAX_RUNNING = 2;
const DISK_CHECK_MS = 2000;

export interface DownloadQueueOptions
  extends
    Omit<
      QueuedDownloadOptions,
      "wakeSignal" | "missingOnDisk" | "connections" | "chunkBytes" | "timing" | "unfinished"
    >,
    Partial<Pick<QueuedDownloadOptions, "connections" | "chunkBytes" | "timing" | "unfinished">> {
  onRemoved(id: DownloadId): void;
  freeBytes?: (folder: string) => Promise<number>;
  reserveBytes?: number;
}

export class DownloadQueue {
  readonly #options: Required<DownloadQueueOptions>;
  readonly #downloads = new Map<DownloadId, QueuedDownload>();
  #wake = new AbortController();
  #diskCheck: NodeJS.Timeout | null = null;
  #stopped = false;
  /** One change of the list at a time: two clicks on the same model make one download. */
  #lastAdd: Promise<unknown> = Promise.resolve();
  /** Whoever waits for a download's end, called after each change of any. */
  readonly #watchers = new Set<() => void>();

  constructor(options: DownloadQueueOptions) {
    this.#options = {
      freeBytes: freeBytesIn,
      reserveBytes: RESERVE_BYTES,
      connections: CONNECTIONS,
      chunkBytes: CHUNK_BYTES,
      timing: DOWNLOAD_TIMING,
      unfinished: UnfinishedFiles.withoutFile(),
      ...options,
    };
  }

  /** Lists what the last run of the app left. */
  async load(): Promise<void> {
    const { downloads, unreadable } = await loadDownloads(this.#options.modelsFolder);
    for (const folder of unreadable)
      this.#options.onProblem(new Error(`no readable download in ${path.basename(folder)}`));
    for (const { id, saved } of downloads) {
      const names = fileNamesOf(saved.request);
      if (!names.ok) continue;
      const download = this.#newDownload(id, saved, names.value);
      await download.restore();
      this.#downloads.set(id, download);
      download.report();
    }
  }

  /** Goes on with what was running when the app ended. */
  async start(): Promise<void> {
    await this.load();
    this.#diskCheck = setInterval(() => void this.#checkDisk().catch(this.#options.onProblem), DISK_CHECK_MS);
    this.#diskCheck.unref();
    this.#startNext();
  }

  list(): Download[] {
    return [...this.#downloads.values()].map((download) => download.snapshot());
  }

  /** A download of these files; the one that is there already, when there is one, going on if it was paused. */
  add(request: DownloadRequest): Promise<Outcome<Download>> {
    const added = this.#lastAdd.then(() => this.#add(request));
    this.#lastAdd = added.catch(() => undefined);
    return added;
  }

  async #add(request: DownloadRequest): Promise<Outcome<Download>> {
    const { modelsFolder } = this.#options;
    const id = downloadIdOf(request);
    const known = this.#downloads.get(id);
    if (known && known.state.kind !== "ready") {
      if (known.state.kind === "paused" || known.state.kind === "failed") await this.resume(id);
      return { ok: true, value: known.snapshot() };
    }
    const names = fileNamesOf(request);
    if (!names.ok) return names;
    try {
      const taken = new Set(
        [...this.#downloads.values()].flatMap(({ state, places }) => (state.kind === "ready" ? [] : places)),
      );
      const folder = await chooseFolder(modelsFolder, request, names.value, id, taken);
      const saved: SavedDownload = {
        version: 1,
        request,
        folder,
        wanted: "running",
        failure: null,
        verified: request.files.map(() => false),
        addedAt: new Date().toISOString(),
      };
      await saveDownload(modelsFolder, id, saved, this.#options.unfinished);
      const download = this.#newDownload(id, saved, names.value);
      this.#downloads.set(id, download);
      download.report();
      this.#startNext();
      return { ok: true, value: download.snapshot() };
    } catch (error) {
      return { ok: false, failure: diskFailure(error, totalBytes(request)) };
    }
  }

  /**
   * Waits, over pauses too, until an added download is ready; gives its files, absolute, in the order of the parts.
   * Ends with the download's failure, with "request-cancelled" when it was removed, or when `signal` says so: it goes on then.
   */
  async whenReady(
    id: DownloadId,
    { signal, onChange }: { signal: AbortSignal; onChange: (download: Download) => void },
  ): Promise<Outcome<string[]>> {
    return new Promise((resolve) => {
      const end = (outcome: Outcome<string[]>) => {
        this.#watchers.delete(look);
        signal.removeEventListener("abort", look);
        resolve(outcome);
      };
      const look = (): void => {
        const download = this.#downloads.get(id);
        if (signal.aborted || download === undefined) return end(fail("request-cancelled"));
        const { state } = download;
        onChange(download.snapshot());
        if (state.kind === "ready") end({ ok: true, value: download.files });
        else if (state.kind === "failed") end({ ok: false, failure: state.failure });
        else if (state.kind === "paused" && state.failure !== null) end({ ok: false, failure: state.failure });
      };
      this.#watchers.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  /** Whether all files of the request are in the models folder already, whole. */
  async isThere(request: DownloadRequest): Promise<boolean> {
    const { modelsFolder } = this.#options;
    const names = fileNamesOf(request);
    if (!names.ok) return false;
    const folder = await chooseFolder(modelsFolder, request, names.value, downloadIdOf(request), new Set());
    for (const [index, name] of names.value.entries()) {
      if (!(await isDownloaded(path.join(modelsFolder, folder, name), request.files[index]))) return false;
    }
    return true;
  }

  async pause(id: DownloadId): Promise<Outcome<null>> {
    const download = this.#downloads.get(id);
    if (!download) return fail("download-not-found");
    await download.pause(null);
    this.#startNext();
    return { ok: true, value: null };
  }

  /** Goes on after a pause, and tries again after a failure. */
  async resume(id: DownloadId): Promise<Outcome<null>> {
    const download = this.#downloads.get(id);
    if (!download) return fail("download-not-found");
    await download.resume();
    this.#startNext();
    return { ok: true, value: null };
  }

  /** Stops it and deletes what was fetched. A finished model stays; only its line in the list goes. */
  async cancel(id: DownloadId): Promise<Outcome<null>> {
    const download = this.#downloads.get(id);
    if (!download) return fail("download-not-found");
    await download.remove();
    this.#downloads.delete(id);
    try {
      await forgetDownload(this.#options.modelsFolder, id, download.fileCount, this.#options.unfinished);
    } catch (error) {
      return { ok: false, failure: diskFailure(error, 0) };
    } finally {
      this.#options.onRemoved(id);
      for (const look of this.#watchers) look();
      this.#startNext();
    }
    return { ok: true, value: null };
  }

  /** The network is back, or the computer woke up: whoever waits tries now. */
  wake(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** Stops everything; what ran goes on at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#diskCheck) clearInterval(this.#diskCheck);
    await Promise.all([...this.#downloads.values()].map((download) => download.stop()));
  }

  #newDownload(id: DownloadId, saved: SavedDownload, names: readonly string[]): QueuedDownload {
    return new QueuedDownload(id, saved, names, {
      ...this.#options,
      onChange: (download) => {
        this.#options.onChange(download);
        for (const look of this.#watchers) look();
      },
      wakeSignal: () => this.#wake.signal,
      missingOnDisk: () => this.#missingOnDisk(),
    });
  }

  get #running(): QueuedDownload[] {
    return [...this.#downloads.values()].filter(({ isRunning }) => isRunning);
  }

  #startNext(): void {
    if (this.#stopped) return;
    let free = MAX_RUNNING - this.#running.length;
    for (const download of this.#downloads.values()) {
      if (free <= 0) return;
      if (!download.isNext) continue;
      free--;
      download.start(() => this.#startNext());
    }
  }

  /** Pauses what runs before the disk is full to the last byte. */
  async #checkDisk(): Promise<void> {
    if (!this.#running.some(isFetching)) return;
    const missing = await this.#missingOnDisk();
    if (missing <= 0) return;
    // The newest gives way; the older may just fit then.
    await this.#running.findLast(isFetching)?.pause(failure("download-disk-full", { missingBytes: String(missing) }));
  }

  /** How many bytes must be made free for everything that runs now; 0 or less when it fits. */
  async #missingOnDisk(): Promise<number> {
    const { modelsFolder, freeBytes, reserveBytes } = this.#options;
    const needed = this.#running.reduce((sum, { missingBytes }) => sum + missingBytes, reserveBytes);
    return needed - (await freeBytes(modelsFolder));
  }
}

function isFetching({ state }: QueuedDownload): boolean {
  return state.kind !== "verifying";
}
