// Fetches one file of the hub into a folder of its own, outside the list of downloads: goes on where it was after any end, and is
// whole and of the right SHA-256 when it is there.
import { mkdir } from "node:fs/promises";
import { fail, type Outcome } from "../../contract/failure";
import type { JobPhase } from "../../contract/jobQueue";
import type { HubFileIdentity, HubFileSource } from "../hub/HubFileSource";
import { freeBytesIn, RESERVE_BYTES } from "../../files/room";
import { diskFailure } from "./diskFailure";
import { beginParts } from "./downloadDisk";
import { CONNECTIONS, DOWNLOAD_TIMING, downloadFile, type WaitingFor } from "./downloadFile";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { PartFile } from "./PartFile";
import { SpeedMeter } from "./SpeedMeter";

/** The window redraws progress four times a second. */
const REPORT_MS = 250;

export interface FetchedFile {
  source: Pick<HubFileSource, "open">;
  file: Pick<HubFileIdentity, "sizeBytes" | "sha256">;
  /** Holds this file's parts and nothing else. */
  folder: string;
  /** It stays in there until the caller discards the folder. */
  unfinished: UnfinishedFiles;
  signal: AbortSignal;
  onPhase: (phase: JobPhase) => void;
}

/** Absolute path of the file. Failures: those of downloads, and "request-cancelled"; what was fetched is kept, unless its hash was wrong. */
export async function fetchFile({
  source,
  file,
  folder,
  unfinished,
  signal,
  onPhase,
}: FetchedFile): Promise<Outcome<string>> {
  try {
    await unfinished.begin(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const received = await PartFile.receivedBytes(folder, 0, file.sizeBytes);
    const missingBytes = file.sizeBytes - received + RESERVE_BYTES - (await freeBytesIn(folder));
    if (missingBytes > 0) return fail("download-disk-full", { missingBytes: String(missingBytes) });
    await beginParts(folder, 0, unfinished);
    const part = await PartFile.open(folder, 0, file.sizeBytes);
    let outcome: Outcome<null>;
    try {
      outcome = await fetchInto(part, { source, file, signal, onPhase });
    } finally {
      await part.close();
    }
    if (outcome.ok) return { ok: true, value: PartFile.paths(folder, 0).data };
    if (outcome.failure.code === "download-wrong-hash") await PartFile.remove(folder, 0);
    return outcome;
  } catch (error) {
    return { ok: false, failure: diskFailure(error, file.sizeBytes) };
  }
}

function fetchInto(
  part: PartFile,
  { source, file, signal, onPhase }: Omit<FetchedFile, "folder" | "unfinished">,
): Promise<Outcome<null>> {
  const speed = new SpeedMeter();
  const never = new AbortController().signal;
  let waitingFor: WaitingFor | null = null;
  let reportedMs = -Infinity;
  const report = (partialBytes: number) => {
    reportedMs = Date.now();
    const missing = part.chunks.missingBytes;
    const bytesPerSecond = waitingFor === null ? speed.bytesPerSecond(reportedMs) : null;
    onPhase({
      kind: "download",
      receivedBytes: Math.min(file.sizeBytes, file.sizeBytes - missing + partialBytes),
      totalBytes: file.sizeBytes,
      bytesPerSecond,
      secondsLeft: bytesPerSecond ? Math.max(0, missing - partialBytes) / bytesPerSecond : null,
      waitingFor,
    });
  };
  report(0);
  return downloadFile({
    source,
    part,
    sha256: file.sha256,
    connections: CONNECTIONS,
    timing: DOWNLOAD_TIMING,
    signal,
    wakeSignal: () => never,
    onReceived(bytes, partialBytes) {
      speed.add(bytes, Date.now());
      if (Date.now() - reportedMs >= REPORT_MS) report(partialBytes);
    },
    onHashed: () => undefined,
    onWaiting(waiting) {
      waitingFor = waiting?.for ?? null;
      report(0);
    },
  });
}
