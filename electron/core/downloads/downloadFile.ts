// Fetches one file over several connections into its part file, and hashes it close behind.
import { createHash } from "node:crypto";
import { fail, type Failure, type Outcome } from "../../contract/failure";
import type { HubFileSource } from "../hub/HubFileSource";
import { waitAskedForMs } from "../hub/rateLimit";
import { backOffMs, wait, type BackOff } from "../hub/wait";
import { diskFailure } from "./diskFailure";
import type { PartFile } from "./PartFile";
import { newWriteBuffers, PartWriter, WriteError, type WriteBuffers } from "./PartWriter";

export type WaitingFor = "network" | "hub" | "rate-limit";

/** `untilMs`: where the hub said how long. */
export interface Waiting {
  for: WaitingFor;
  untilMs?: number;
}

export interface DownloadTiming {
  /** No byte for this long: the connection is dead, whatever TCP thinks. */
  stallMs: number;
  backOff: BackOff;
  /** Tries without a byte at a hub that answers (5xx, a page in place of the file). Without an answer: no limit. */
  maxHubTries: number;
  /** How often written bytes are brought to the disk itself: what a loss of power costs. */
  syncMs: number;
}

export const DOWNLOAD_TIMING: DownloadTiming = {
  stallMs: 30_000,
  backOff: { firstMs: 1000, maxMs: 30_000 },
  maxHubTries: 8,
  syncMs: 5000,
};

/** Content networks limit each connection, home lines do not; more than a few only costs the others. */
export const CONNECTIONS = 4;
/** On a fast line the disk is kept busy beside it, so that little is left to bring to it at the end. */
const SYNC_BYTES = 64 * 1024 * 1024;
/** Each read has a price of its own: of 1 MiB they cost a tenth of a download's processor time more. Hashing so much takes some milliseconds. */
const HASH_BLOCK_BYTES = 4 * 1024 * 1024;

export interface FileDownload {
  source: Pick<HubFileSource, "open">;
  part: PartFile;
  sha256: string;
  connections: number;
  timing: DownloadTiming;
  signal: AbortSignal;
  /** Cuts waits short: the network came back, or the user does not want to wait. */
  wakeSignal: () => AbortSignal;
  /** New bytes came; `partialBytes` are those on the disk in chunks that are not whole yet. */
  onReceived(bytes: number, partialBytes: number): void;
  onHashed(positionBytes: number): void;
  /** All connections wait; null when one of them goes on. */
  onWaiting(waiting: Waiting | null): void;
}

/** When it is ok, all bytes are on the disk and have the right hash. Parts are kept on every failure. */
export async function downloadFile(download: FileDownload): Promise<Outcome<null>> {
  const outcome = await new FileRun(download, download.connections, false).run();
  if (outcome !== "no-ranges") return outcome;
  // One connection, the file from its start in one go: all that is left with such a server.
  const whole = await new FileRun(download, 1, true).run();
  if (whole === "no-ranges") throw new Error("ranges were not asked for");
  return whole;
}

/** One go at a file: ends with the first failure that waiting does not mend. */
class FileRun {
  readonly #download: FileDownload;
  readonly #wholeFile: boolean;
  readonly #connectionCount: number;
  /** Per connection that still works: what it waits for, and its bytes in an unfinished chunk. */
  readonly #working = new Map<number, { waiting: Waiting | null; partialBytes: number }>();
  readonly #abort = new AbortController();
  #failure: Failure | "no-ranges" | null = null;
  #syncing: Promise<void> = Promise.resolve();
  #isSyncing = false;
  #unsyncedBytes = 0;

  constructor(download: FileDownload, connections: number, wholeFile: boolean) {
    this.#download = download;
    this.#connectionCount = Math.min(connections, download.part.chunks.states.length);
    this.#wholeFile = wholeFile;
  }

  async run(): Promise<Outcome<null> | "no-ranges"> {
    const { signal, timing } = this.#download;
    if (signal.aborted) return fail("request-cancelled");
    const onAbort = (): void => this.#stop(fail("request-cancelled").failure);
    signal.addEventListener("abort", onAbort, { once: true });
    const syncTimer = setInterval(() => void this.#sync(), timing.syncMs);
    try {
      // Hashing reads behind the connections, while the bytes are still in the system's cache.
      const hashing = this.#wholeFile ? null : this.#hash();
      const connections = Array.from({ length: this.#connectionCount }, async (_, index) => {
        this.#working.set(index, { waiting: null, partialBytes: 0 });
        try {
          await this.#connection(index);
        } catch (error) {
          // The others must end before anybody closes the part file.
          this.#abort.abort();
          throw error;
        } finally {
          this.#working.delete(index);
        }
      });
      const ended = await Promise.allSettled(connections);
      const digest = await (hashing ?? this.#hash());
      await this.#syncing;
      await this.#sync();
      for (const end of ended) if (end.status === "rejected") throw end.reason;
      if (this.#failure !== null)
        return this.#failure === "no-ranges" ? "no-ranges" : { ok: false, failure: this.#failure };
      return digest === this.#download.sha256 ? { ok: true, value: null } : fail("download-wrong-hash");
    } finally {
      clearInterval(syncTimer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  #stop(failure: Failure | "no-ranges"): void {
    this.#failure ??= failure;
    this.#abort.abort();
  }

  /** Brings what is written to the disk itself; one at a time, further requests are met by the next. */
  #sync(): Promise<void> {
    if (this.#isSyncing) return this.#syncing;
    this.#isSyncing = true;
    this.#unsyncedBytes = 0;
    this.#syncing = this.#download.part
      .sync()
      .catch(this.#onDiskError)
      .finally(() => {
        this.#isSyncing = false;
      });
    return this.#syncing;
  }

  readonly #onDiskError = (error: unknown): void =>
    this.#stop(diskFailure(error, this.#download.part.chunks.missingBytes));

  /** Takes runs of chunks until none is left. */
  async #connection(index: number): Promise<void> {
    const { chunks } = this.#download.part;
    const buffers = newWriteBuffers();
    if (this.#wholeFile)
      return chunks.missingBytes === 0 ? undefined : this.#fetchAll(index, buffers, 0, chunks.sizeBytes);
    while (!this.#abort.signal.aborted) {
      const run = chunks.takeRun(this.#connectionCount);
      if (!run) return;
      await this.#fetchAll(index, buffers, chunks.startOf(run.first), chunks.startOf(run.end));
    }
  }

  /** Fetches the bytes, over as many requests as it takes. */
  async #fetchAll(index: number, buffers: WriteBuffers, start: number, end: number): Promise<void> {
    const { timing } = this.#download;
    const stopped = this.#abort.signal;
    let position = start;
    let triesWithoutBytes = 0;
    let triesAtHub = 0;
    while (!stopped.aborted) {
      const before = position;
      const fetched = await this.#fetchOnce(index, buffers, position, end, (written) => {
        position = written;
      });
      if (position >= end || stopped.aborted) return;
      const failure = fetched.ok ? fail("hub-offline", undefined, "the answer ended early").failure : fetched.failure;
      const reason = waitingFor(failure);
      const progressed = position > before;
      triesWithoutBytes = progressed ? 0 : triesWithoutBytes + 1;
      if (progressed && !this.#wholeFile) triesAtHub = 0;
      else if (progressed || reason !== "network") triesAtHub++;
      if (reason === null || triesAtHub > timing.maxHubTries) return this.#stop(failure);
      // Without ranges, a broken connection means the beginning again.
      if (this.#wholeFile) position = start;
      const retryAfterMs = waitAskedForMs(failure);
      this.#setWaiting(index, {
        for: reason,
        ...(retryAfterMs > 0 ? { untilMs: Date.now() + retryAfterMs } : {}),
      });
      const waitMs = Math.max(retryAfterMs, backOffMs(timing.backOff, Math.max(0, triesWithoutBytes - 1)));
      await wait(waitMs, AbortSignal.any([stopped, this.#download.wakeSignal()]));
    }
  }

  #setWaiting(index: number, waiting: Waiting | null): void {
    const connection = this.#working.get(index);
    if (!connection || (connection.waiting === null && waiting === null)) return;
    connection.waiting = waiting;
    const all = [...this.#working.values()];
    this.#download.onWaiting(all.every((other) => other.waiting !== null) ? waiting : null);
  }

  /** One request. `onWritten` says up to where the bytes are written. */
  async #fetchOnce(
    index: number,
    buffers: WriteBuffers,
    start: number,
    end: number,
    onWritten: (position: number) => void,
  ): Promise<Outcome<null>> {
    const { part, timing, source } = this.#download;
    const { chunks } = part;
    // By hand, not AbortSignal.any: a combined signal that nobody holds is collected in mid-body, and ends nothing.
    const request = new AbortController();
    const onStop = (): void => request.abort(this.#abort.signal.reason);
    this.#abort.signal.addEventListener("abort", onStop, { once: true });
    if (this.#abort.signal.aborted) onStop();
    const stall = setTimeout(() => request.abort(new DOMException("no byte came", "TimeoutError")), timing.stallMs);
    try {
      const opened = await source.open(start, end, request.signal);
      if (!opened.ok) return opened;
      if (opened.value.wholeFile && (start > 0 || end < chunks.sizeBytes)) {
        opened.value.discard();
        this.#stop("no-ranges");
        return fail("request-cancelled");
      }
      const writer = new PartWriter({
        part,
        buffers,
        start,
        end,
        onReceived: (bytes, position) => {
          const connection = this.#working.get(index);
          if (connection) connection.partialBytes = position % chunks.chunkBytes;
          stall.refresh();
          this.#setWaiting(index, null);
          this.#download.onReceived(bytes, this.#partialBytes());
        },
        onWritten: (position) => {
          this.#unsyncedBytes += position - written;
          written = position;
          onWritten(position);
          if (this.#unsyncedBytes >= SYNC_BYTES) void this.#sync();
        },
      });
      let written = start;
      try {
        await opened.value.readBody(writer);
      } catch (error) {
        opened.value.discard();
        if (error instanceof WriteError) throw error;
        // What came before the connection broke is good: keep it, and go on from there.
        await writer.flush();
        return fail(this.#abort.signal.aborted ? "request-cancelled" : "hub-offline", undefined, error);
      }
      await writer.flush();
      return { ok: true, value: null };
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      this.#onDiskError(error.cause);
      return fail("request-cancelled");
    } finally {
      clearTimeout(stall);
      this.#abort.signal.removeEventListener("abort", onStop);
    }
  }

  #partialBytes(): number {
    let sum = 0;
    for (const { partialBytes } of this.#working.values()) sum += partialBytes;
    return sum;
  }

  /** The file's SHA-256, read in order, as far as the chunks go, until all are there; null when stopped. */
  async #hash(): Promise<string | null> {
    const { part } = this.#download;
    const { signal } = this.#abort;
    const hash = createHash("sha256");
    const block = new Uint8Array(HASH_BLOCK_BYTES);
    let position = 0;
    try {
      while (position < part.chunks.sizeBytes) {
        const limit = part.chunks.contiguousBytes;
        if (signal.aborted) return null;
        if (position === limit) {
          await part.changed(signal);
          continue;
        }
        const length = await part.read(block.subarray(0, Math.min(block.length, limit - position)), position);
        if (length === 0) {
          this.#stop(fail("download-parts-missing").failure);
          return null;
        }
        hash.update(block.subarray(0, length));
        position += length;
        this.#download.onHashed(position);
      }
      return hash.digest("hex");
    } catch (error) {
      this.#onDiskError(error);
      return null;
    }
  }
}

/** What mends itself, and by what; null for everything else. */
function waitingFor({ code }: Failure): WaitingFor | null {
  if (code === "hub-offline") return "network";
  if (code === "hub-rate-limited") return "rate-limit";
  // A page in place of the file is most often a captive portal, and then the user logs in.
  if (code === "hub-unavailable" || code === "hub-content-refused" || code === "download-not-a-file") return "hub";
  return null;
}
