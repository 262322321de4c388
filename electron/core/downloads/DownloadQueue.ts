// The downloads of the app: what runs, what waits, what was paused; all of it on the disk, so that it outlives the app.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fail, type Outcome } from "../../contract/failure";
import type { Download, DownloadId, DownloadRequest, DownloadState, ModelOrigin } from "../../contract/downloads";
import type { HubFileIdentity, HubFileSource } from "../hub/HubFileSource";
import { diskFailure } from "./diskFailure";
import {
  chooseFolder,
  downloadIdOf,
  fileNamesOf,
  forgetDownload,
  freeBytesIn,
  isDownloaded,
  loadDownloads,
  placesOf,
  putInPlace,
  saveDownload,
  stateFolder,
  type SavedDownload,
} from "./downloadDisk";
import { CONNECTIONS, DOWNLOAD_TIMING, downloadFile, type DownloadTiming, type WaitingFor } from "./downloadFile";
import { CHUNK_BYTES, PartFile } from "./PartFile";
import { SpeedMeter } from "./SpeedMeter";

/** So that a small model need not wait for a large one, and the large one still gets most of the line. */
const MAX_RUNNING = 2;
/** Left free on the disk: the system and the chats need room too. */
export const RESERVE_BYTES = 512 * 1024 * 1024;
const DISK_CHECK_MS = 2000;
/** The window redraws progress four times a second. */
const REPORT_MS = 250;

export interface ReadyModel {
  download: Download;
  /** Absolute, in the order of the parts; llama.cpp loads the first. */
  files: { path: string; origin: ModelOrigin }[];
}

export interface DownloadQueueOptions {
  modelsFolder: string;
  /** Said in the origin of each file. */
  endpoint: string;
  openSource(file: HubFileIdentity): Pick<HubFileSource, "open">;
  onChange(download: Download): void;
  onRemoved(id: DownloadId): void;
  onReady(model: ReadyModel): void;
  /** Something went wrong that no download can show; for the log. */
  onProblem(error: unknown): void;
  freeBytes?: (folder: string) => Promise<number>;
  reserveBytes?: number;
  connections?: number;
  chunkBytes?: number;
  timing?: DownloadTiming;
}

interface Entry {
  id: DownloadId;
  saved: SavedDownload;
  names: string[];
  state: DownloadState;
  /** Per file, as far as it is known. */
  received: number[];
  hashed: number[];
  speed: SpeedMeter;
  /** While it runs. */
  abort: AbortController | null;
  running: Promise<void> | null;
  lastReportMs: number;
  removed: boolean;
}

export class DownloadQueue {
  readonly #options: Required<DownloadQueueOptions>;
  readonly #entries = new Map<DownloadId, Entry>();
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
      const entry = newEntry(id, saved, names.value);
      await this.#readProgress(entry);
      if (saved.wanted === "paused")
        entry.state =
          saved.failure && saved.failure.code !== "download-disk-full"
            ? { kind: "failed", failure: saved.failure }
            : { kind: "paused", failure: saved.failure };
      this.#entries.set(id, entry);
      this.#report(entry);
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
    return [...this.#entries.values()].map((entry) => this.#snapshot(entry));
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
    const known = this.#entries.get(id);
    if (known && known.state.kind !== "ready") {
      if (known.state.kind === "paused" || known.state.kind === "failed") await this.resume(id);
      return { ok: true, value: this.#snapshot(known) };
    }
    const names = fileNamesOf(request);
    if (!names.ok) return names;
    try {
      const taken = new Set(
        [...this.#entries.values()].flatMap(({ state, saved, names: others }) =>
          state.kind === "ready" ? [] : placesOf(saved, others),
        ),
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
      const entry = newEntry(id, saved, names.value);
      await saveDownload(modelsFolder, id, saved);
      this.#entries.set(id, entry);
      this.#report(entry);
      this.#startNext();
      return { ok: true, value: this.#snapshot(entry) };
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
        const entry = this.#entries.get(id);
        if (signal.aborted || entry === undefined) return end(fail("request-cancelled"));
        const { state, saved, names } = entry;
        onChange(this.#snapshot(entry));
        if (state.kind === "ready")
          end({ ok: true, value: names.map((name) => path.join(this.#options.modelsFolder, saved.folder, name)) });
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
    const entry = this.#entries.get(id);
    if (!entry) return fail("download-not-found");
    if (entry.state.kind === "ready" || entry.state.kind === "failed") return { ok: true, value: null };
    entry.saved.wanted = "paused";
    entry.abort?.abort();
    await entry.running;
    // It may have come to its end, or been resumed, while it was stopping.
    if (isUnfinished(entry) && wantedOf(entry) === "paused") {
      entry.state = { kind: "paused", failure: null };
      await this.#save(entry);
      this.#report(entry);
    }
    this.#startNext();
    return { ok: true, value: null };
  }

  /** Goes on after a pause, and tries again after a failure. */
  async resume(id: DownloadId): Promise<Outcome<null>> {
    const entry = this.#entries.get(id);
    if (!entry) return fail("download-not-found");
    if (entry.state.kind !== "paused" && entry.state.kind !== "failed") {
      entry.saved.wanted = "running";
      return { ok: true, value: null };
    }
    entry.saved.wanted = "running";
    entry.saved.failure = null;
    entry.state = { kind: "queued" };
    await this.#save(entry);
    this.#report(entry);
    this.#startNext();
    return { ok: true, value: null };
  }

  /** Stops it and deletes what was fetched. A finished model stays; only its line in the list goes. */
  async cancel(id: DownloadId): Promise<Outcome<null>> {
    const entry = this.#entries.get(id);
    if (!entry) return fail("download-not-found");
    entry.removed = true;
    entry.abort?.abort();
    await entry.running;
    this.#entries.delete(id);
    try {
      await forgetDownload(this.#options.modelsFolder, id);
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
    for (const entry of this.#entries.values()) entry.abort?.abort();
    for (const entry of this.#entries.values()) await entry.running;
  }

  #startNext(): void {
    if (this.#stopped) return;
    let free = MAX_RUNNING - [...this.#entries.values()].filter((entry) => entry.running !== null).length;
    for (const entry of this.#entries.values()) {
      if (free <= 0) return;
      if (entry.state.kind !== "queued" || entry.saved.wanted !== "running" || entry.running) continue;
      free--;
      entry.abort = new AbortController();
      entry.running = this.#run(entry, entry.abort.signal).finally(() => {
        entry.running = null;
        entry.abort = null;
        this.#startNext();
      });
    }
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    entry.speed = new SpeedMeter();
    let outcome: Outcome<null>;
    try {
      outcome = await this.#fetchAndVerify(entry, signal);
    } catch (error) {
      this.#options.onProblem(error);
      outcome = { ok: false, failure: diskFailure(error, this.#missingBytes(entry)) };
    }
    if (entry.removed || outcome.ok) return;
    if (outcome.failure.code === "request-cancelled") {
      // Paused, or the app is being closed: whoever stopped it says what comes next.
      entry.state = { kind: "queued" };
      return;
    }
    const { failure } = outcome;
    // Somebody deleted what was verified: the next try starts over.
    if (failure.code === "download-parts-missing") entry.saved.verified.fill(false);
    entry.saved.wanted = "paused";
    entry.saved.failure = failure;
    entry.state = failure.code === "download-disk-full" ? { kind: "paused", failure } : { kind: "failed", failure };
    await this.#save(entry);
    this.#report(entry);
  }

  async #fetchAndVerify(entry: Entry, signal: AbortSignal): Promise<Outcome<null>> {
    const { modelsFolder } = this.#options;
    const { request, folder, verified } = entry.saved;
    this.#setState(entry, { kind: "downloading", bytesPerSecond: null, secondsLeft: null });
    for (const [index, file] of request.files.entries()) {
      if (signal.aborted) return fail("request-cancelled");
      const target = path.join(modelsFolder, folder, entry.names[index] ?? "");
      if (!verified[index] && !(await isDownloaded(target, file))) {
        const fetched = await this.#fetchFile(entry, index, signal);
        if (!fetched.ok) return fetched;
      }
      verified[index] = true;
      entry.received[index] = entry.hashed[index] = file.sizeBytes;
      await saveDownload(modelsFolder, entry.id, entry.saved);
    }
    if (signal.aborted) return fail("request-cancelled");
    return this.#finish(entry);
  }

  async #fetchFile(entry: Entry, index: number, signal: AbortSignal): Promise<Outcome<null>> {
    const { modelsFolder, chunkBytes, connections, timing, openSource } = this.#options;
    const { request } = entry.saved;
    const file = request.files[index];
    if (!file) throw new Error("no such file in the download");
    const folder = stateFolder(modelsFolder, entry.id);
    await mkdir(folder, { recursive: true });
    const missing = await this.#missingOnDisk();
    if (missing > 0) return fail("download-disk-full", { missingBytes: String(missing) });
    const part = await PartFile.open(folder, index, file.sizeBytes, chunkBytes);
    const { chunks } = part;
    let waiting: WaitingFor | null = null;
    const progress = (partialBytes: number): void => {
      entry.received[index] = Math.min(file.sizeBytes, file.sizeBytes - chunks.missingBytes + partialBytes);
      if (signal.aborted) return;
      if (waiting !== null) this.#setState(entry, { kind: "waiting", for: waiting });
      else if (this.#missingBytes(entry) === 0) this.#setState(entry, { kind: "verifying" });
      else {
        const bytesPerSecond = entry.speed.bytesPerSecond(Date.now());
        const secondsLeft = bytesPerSecond ? this.#missingBytes(entry) / bytesPerSecond : null;
        this.#setState(entry, { kind: "downloading", bytesPerSecond, secondsLeft });
      }
    };
    progress(0);
    let outcome: Outcome<null>;
    try {
      outcome = await downloadFile({
        source: openSource({ repository: request.repository, revision: request.revision, ...file }),
        part,
        sha256: file.sha256,
        connections,
        timing,
        signal,
        wakeSignal: () => this.#wake.signal,
        onReceived: (bytes, partialBytes) => {
          entry.speed.add(bytes, Date.now());
          if (Date.now() - entry.lastReportMs >= REPORT_MS) progress(partialBytes);
        },
        onHashed: (positionBytes) => {
          entry.hashed[index] = positionBytes;
          if (chunks.missingBytes === 0 && Date.now() - entry.lastReportMs >= REPORT_MS) progress(0);
        },
        onWaiting: (reason) => {
          waiting = reason;
          progress(0);
        },
      });
    } finally {
      await part.close();
    }
    if (!outcome.ok && outcome.failure.code === "download-wrong-hash") {
      await PartFile.remove(folder, index);
      entry.received[index] = entry.hashed[index] = 0;
    }
    return outcome;
  }

  /** Every part is verified: they get their names, the first part last, for it is the one that is loaded. */
  async #finish(entry: Entry): Promise<Outcome<null>> {
    const { modelsFolder, endpoint } = this.#options;
    const { request, folder } = entry.saved;
    const files: ReadyModel["files"] = [];
    for (const [index, file] of [...request.files.entries()].reverse()) {
      const target = path.join(modelsFolder, folder, entry.names[index] ?? "");
      const origin: ModelOrigin = {
        version: 1,
        endpoint,
        repository: request.repository,
        revision: request.revision,
        path: file.path,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        licence: request.licence,
        quantization: request.quantization,
        downloadedAt: new Date().toISOString(),
      };
      if (!(await isDownloaded(target, file)))
        await putInPlace(PartFile.paths(stateFolder(modelsFolder, entry.id), index).data, target, origin);
      files.unshift({ path: target, origin });
    }
    await forgetDownload(modelsFolder, entry.id);
    this.#setState(entry, { kind: "ready" });
    this.#options.onReady({ download: this.#snapshot(entry), files });
    return { ok: true, value: null };
  }

  /** Pauses what runs before the disk is full to the last byte. */
  async #checkDisk(): Promise<void> {
    const running = [...this.#entries.values()].filter((entry) => entry.running && entry.state.kind !== "verifying");
    if (running.length === 0) return;
    const missing = await this.#missingOnDisk();
    if (missing <= 0) return;
    // The newest gives way; the older may just fit then.
    const newest = running.at(-1);
    if (!newest) return;
    newest.saved.wanted = "paused";
    newest.abort?.abort();
    await newest.running;
    if (!isUnfinished(newest) || newest.removed) return;
    const failure = fail("download-disk-full", { missingBytes: String(missing) }).failure;
    newest.saved.failure = failure;
    newest.state = { kind: "paused", failure };
    await this.#save(newest);
    this.#report(newest);
  }

  /** How many bytes must be made free for everything that runs now; 0 or less when it fits. */
  async #missingOnDisk(): Promise<number> {
    const { modelsFolder, freeBytes, reserveBytes } = this.#options;
    let needed = reserveBytes;
    for (const entry of this.#entries.values()) if (entry.running) needed += this.#missingBytes(entry);
    return needed - (await freeBytes(modelsFolder));
  }

  #missingBytes({ saved, received }: Entry): number {
    return totalBytes(saved.request) - sum(received);
  }

  /** What is on the disk of a download that does not run. */
  async #readProgress(entry: Entry): Promise<void> {
    for (const [index, file] of entry.saved.request.files.entries()) {
      if (entry.saved.verified[index]) {
        entry.received[index] = entry.hashed[index] = file.sizeBytes;
        continue;
      }
      entry.received[index] = await PartFile.receivedBytes(
        stateFolder(this.#options.modelsFolder, entry.id),
        index,
        file.sizeBytes,
        this.#options.chunkBytes,
      );
    }
  }

  async #save(entry: Entry): Promise<void> {
    try {
      await saveDownload(this.#options.modelsFolder, entry.id, entry.saved);
    } catch (error) {
      // A full disk, most often. The state before is still there, and right but for a pause.
      this.#options.onProblem(error);
    }
  }

  #setState(entry: Entry, state: DownloadState): void {
    entry.state = state;
    this.#report(entry);
  }

  #report(entry: Entry): void {
    if (entry.removed) return;
    entry.lastReportMs = Date.now();
    this.#options.onChange(this.#snapshot(entry));
    for (const look of this.#watchers) look();
  }

  #snapshot({ id, saved: { request }, state, received, hashed }: Entry): Download {
    return {
      id,
      repository: request.repository,
      path: request.files[0]?.path ?? "",
      title: request.title,
      quantization: request.quantization,
      fileCount: request.files.length,
      sizeBytes: totalBytes(request),
      receivedBytes: sum(received),
      verifiedBytes: sum(hashed),
      state,
    };
  }
}

function newEntry(id: DownloadId, saved: SavedDownload, names: string[]): Entry {
  return {
    id,
    saved,
    names,
    state: { kind: "queued" },
    received: saved.request.files.map(() => 0),
    hashed: saved.request.files.map(() => 0),
    speed: new SpeedMeter(),
    abort: null,
    running: null,
    lastReportMs: 0,
    removed: false,
  };
}

/** Read again: other calls change these while one waits, which the compiler cannot know. */
function isUnfinished(entry: Entry): boolean {
  return entry.state.kind !== "ready" && entry.state.kind !== "failed";
}

function wantedOf(entry: Entry): SavedDownload["wanted"] {
  return entry.saved.wanted;
}

function totalBytes(request: DownloadRequest): number {
  return sum(request.files.map((file) => file.sizeBytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
