// One download of the queue: what is wanted of it and how far it is, and its run, in which each file is fetched, verified and put in place.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Download, DownloadId, DownloadRequest, DownloadState, ModelOrigin } from "../../contract/downloads";
import { fail, type Failure, type Outcome } from "../../contract/failure";
import type { HubFileIdentity, HubFileSource } from "../hub/HubFileSource";
import { diskFailure } from "./diskFailure";
import {
  beginParts,
  forgetDownload,
  isDownloaded,
  placesOf,
  putInPlace,
  saveDownload,
  stateFolder,
  type SavedDownload,
} from "./downloadDisk";
import { downloadFile, type DownloadTiming, type Waiting } from "./downloadFile";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { PartFile } from "./PartFile";
import { SpeedMeter } from "./SpeedMeter";

/** The window redraws progress four times a second. */
const REPORT_MS = 250;

export interface ReadyModel {
  download: Download;
  /** Absolute, in the order of the parts; llama.cpp loads the first. */
  files: { path: string; origin: ModelOrigin }[];
}

export interface QueuedDownloadOptions {
  modelsFolder: string;
  /** Said in the origin of each file. */
  endpoint: string;
  openSource(file: HubFileIdentity): Pick<HubFileSource, "open">;
  onChange(download: Download): void;
  onReady(model: ReadyModel): void;
  /** Something went wrong that no download can show; for the log. */
  onProblem(error: unknown): void;
  /** Cuts waits short. */
  wakeSignal(): AbortSignal;
  /** How many bytes must be made free for everything that runs now; 0 or less when it fits. */
  missingOnDisk(): Promise<number>;
  connections: number;
  chunkBytes: number;
  timing: DownloadTiming;
  unfinished: UnfinishedFiles;
}

export class QueuedDownload {
  readonly id: DownloadId;
  readonly #options: QueuedDownloadOptions;
  readonly #saved: SavedDownload;
  readonly #names: readonly string[];
  #state: DownloadState = { kind: "queued" };
  /** Per file, as far as it is known. */
  readonly #received: number[];
  readonly #hashed: number[];
  #speed = new SpeedMeter();
  /** While it runs. */
  #abort: AbortController | null = null;
  #running: Promise<void> | null = null;
  #lastReportMs = 0;
  #removed = false;

  constructor(id: DownloadId, saved: SavedDownload, names: readonly string[], options: QueuedDownloadOptions) {
    this.id = id;
    this.#saved = saved;
    this.#names = names;
    this.#options = options;
    this.#received = saved.request.files.map(() => 0);
    this.#hashed = saved.request.files.map(() => 0);
  }

  get state(): DownloadState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Whether it may run as soon as there is room. */
  get isNext(): boolean {
    return this.#state.kind === "queued" && this.#saved.wanted === "running" && this.#running === null;
  }

  get missingBytes(): number {
    return totalBytes(this.#saved.request) - sum(this.#received);
  }

  /** Absolute, in the order of the parts. */
  get files(): string[] {
    return this.#names.map((_, index) => this.#target(index));
  }

  /** See placesOf. */
  get places(): string[] {
    return placesOf(this.#saved, this.#names);
  }

  get fileCount(): number {
    return this.#names.length;
  }

  /** Takes up what the last run of the app left. */
  async restore(): Promise<void> {
    const { request, verified, wanted, failure } = this.#saved;
    for (const [index, file] of request.files.entries()) {
      if (verified[index]) {
        this.#received[index] = this.#hashed[index] = file.sizeBytes;
        continue;
      }
      this.#received[index] = await PartFile.receivedBytes(
        stateFolder(this.#options.modelsFolder, this.id),
        index,
        file.sizeBytes,
        this.#options.chunkBytes,
      );
    }
    if (wanted === "paused")
      this.#state =
        failure && failure.code !== "download-disk-full" ? { kind: "failed", failure } : { kind: "paused", failure };
  }

  start(onEnd: () => void): void {
    this.#abort = new AbortController();
    this.#running = this.#run(this.#abort.signal).finally(() => {
      this.#running = null;
      this.#abort = null;
      onEnd();
    });
  }

  /** Ends its run and keeps what was fetched. It is queued then, unless it came to its own end meanwhile. */
  async stop(): Promise<void> {
    this.#abort?.abort();
    await this.#running;
  }

  /** Of a finished or failed one there is nothing to pause. `failure`: why, when it was not the user. */
  async pause(failure: Failure | null): Promise<void> {
    if (!this.#isUnfinished()) return;
    this.#saved.wanted = "paused";
    await this.stop();
    // It may have come to its end, or been resumed or removed, while it was stopping.
    if (!this.#isUnfinished() || this.#isWanted() || this.#removed) return;
    if (failure !== null) this.#saved.failure = failure;
    this.#state = { kind: "paused", failure };
    await this.#save();
    this.report();
  }

  /** Goes on after a pause, and tries again after a failure. */
  async resume(): Promise<void> {
    this.#saved.wanted = "running";
    if (this.#state.kind !== "paused" && this.#state.kind !== "failed") return;
    this.#saved.failure = null;
    this.#state = { kind: "queued" };
    await this.#save();
    this.report();
  }

  /** Ends it for good; what is on the disk of it is the caller's. */
  async remove(): Promise<void> {
    this.#removed = true;
    await this.stop();
  }

  report(): void {
    if (this.#removed) return;
    this.#lastReportMs = Date.now();
    this.#options.onChange(this.snapshot());
  }

  snapshot(): Download {
    const { request } = this.#saved;
    return {
      id: this.id,
      repository: request.repository,
      path: request.files[0]?.path ?? "",
      title: request.title,
      quantization: request.quantization,
      fileCount: request.files.length,
      sizeBytes: totalBytes(request),
      receivedBytes: sum(this.#received),
      verifiedBytes: sum(this.#hashed),
      state: this.#state,
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#speed = new SpeedMeter();
    let outcome: Outcome<null>;
    try {
      outcome = await this.#fetchAndVerify(signal);
    } catch (error) {
      this.#options.onProblem(error);
      outcome = { ok: false, failure: diskFailure(error, this.missingBytes) };
    }
    if (this.#removed || outcome.ok) return;
    if (outcome.failure.code === "request-cancelled") {
      // Paused, or the app is being closed: whoever stopped it says what comes next.
      this.#state = { kind: "queued" };
      return;
    }
    const { failure } = outcome;
    // Somebody deleted what was verified: the next try starts over.
    if (failure.code === "download-parts-missing") this.#saved.verified.fill(false);
    this.#saved.wanted = "paused";
    this.#saved.failure = failure;
    this.#state = failure.code === "download-disk-full" ? { kind: "paused", failure } : { kind: "failed", failure };
    await this.#save();
    this.report();
  }

  async #fetchAndVerify(signal: AbortSignal): Promise<Outcome<null>> {
    const { modelsFolder } = this.#options;
    const { request, verified } = this.#saved;
    this.#setState({ kind: "downloading", bytesPerSecond: null, secondsLeft: null });
    for (const [index, file] of request.files.entries()) {
      if (signal.aborted) return fail("request-cancelled");
      const target = this.#target(index);
      if (!verified[index] && !(await isDownloaded(target, file))) {
        const fetched = await this.#fetchFile(index, signal);
        if (!fetched.ok) return fetched;
      }
      verified[index] = true;
      this.#received[index] = this.#hashed[index] = file.sizeBytes;
      await saveDownload(modelsFolder, this.id, this.#saved, this.#options.unfinished);
    }
    if (signal.aborted) return fail("request-cancelled");
    return this.#finish();
  }

  async #fetchFile(index: number, signal: AbortSignal): Promise<Outcome<null>> {
    const { modelsFolder, chunkBytes, connections, timing, unfinished, openSource, wakeSignal } = this.#options;
    const { request } = this.#saved;
    const file = request.files[index];
    if (!file) throw new Error("no such file in the download");
    const folder = stateFolder(modelsFolder, this.id);
    await mkdir(folder, { recursive: true });
    const missing = await this.#options.missingOnDisk();
    if (missing > 0) return fail("download-disk-full", { missingBytes: String(missing) });
    await beginParts(folder, index, unfinished);
    const part = await PartFile.open(folder, index, file.sizeBytes, chunkBytes);
    const { chunks } = part;
    let waiting: Waiting | null = null;
    const progress = (partialBytes: number): void => {
      this.#received[index] = Math.min(file.sizeBytes, file.sizeBytes - chunks.missingBytes + partialBytes);
      if (signal.aborted) return;
      if (waiting !== null) this.#setState({ kind: "waiting", ...waiting });
      else if (this.missingBytes === 0) this.#setState({ kind: "verifying" });
      else {
        const bytesPerSecond = this.#speed.bytesPerSecond(Date.now());
        const secondsLeft = bytesPerSecond ? this.missingBytes / bytesPerSecond : null;
        this.#setState({ kind: "downloading", bytesPerSecond, secondsLeft });
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
        wakeSignal,
        onReceived: (bytes, partialBytes) => {
          this.#speed.add(bytes, Date.now());
          if (Date.now() - this.#lastReportMs >= REPORT_MS) progress(partialBytes);
        },
        onHashed: (positionBytes) => {
          this.#hashed[index] = positionBytes;
          if (chunks.missingBytes === 0 && Date.now() - this.#lastReportMs >= REPORT_MS) progress(0);
        },
        onWaiting: (now) => {
          waiting = now;
          progress(0);
        },
      });
    } finally {
      await part.close();
    }
    // What came of a chunk that is not whole is not kept.
    this.#received[index] = file.sizeBytes - chunks.missingBytes;
    if (!outcome.ok && outcome.failure.code === "download-wrong-hash") {
      await PartFile.remove(folder, index);
      this.#received[index] = this.#hashed[index] = 0;
    }
    return outcome;
  }

  /** Every part is verified: they get their names, the first part last, for it is the one that is loaded. */
  async #finish(): Promise<Outcome<null>> {
    const { modelsFolder, endpoint, unfinished } = this.#options;
    const { request } = this.#saved;
    const files: ReadyModel["files"] = [];
    for (const [index, file] of [...request.files.entries()].reverse()) {
      const target = this.#target(index);
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
        await putInPlace(PartFile.paths(stateFolder(modelsFolder, this.id), index).data, target, origin, unfinished);
      files.unshift({ path: target, origin });
    }
    await forgetDownload(modelsFolder, this.id, request.files.length, unfinished);
    this.#setState({ kind: "ready" });
    this.#options.onReady({ download: this.snapshot(), files });
    return { ok: true, value: null };
  }

  #target(index: number): string {
    return path.join(this.#options.modelsFolder, this.#saved.folder, this.#names[index] ?? "");
  }

  // Methods, so that they are read again after a wait: other calls change these meanwhile, which the compiler cannot know.
  #isUnfinished(): boolean {
    return this.#state.kind !== "ready" && this.#state.kind !== "failed";
  }

  #isWanted(): boolean {
    return this.#saved.wanted === "running";
  }

  async #save(): Promise<void> {
    try {
      await saveDownload(this.#options.modelsFolder, this.id, this.#saved, this.#options.unfinished);
    } catch (error) {
      // A full disk, most often. The state before is still there, and right but for a pause.
      this.#options.onProblem(error);
    }
  }

  #setState(state: DownloadState): void {
    this.#state = state;
    this.report();
  }
}

export function totalBytes(request: DownloadRequest): number {
  return sum(request.files.map((file) => file.sizeBytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
