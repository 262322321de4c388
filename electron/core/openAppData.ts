// Opens everything that Facet stores in its data folder, or says why it cannot be used.
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { fail, failure, succeed, type Failure, type Outcome } from "../contract/failure";
import type { FileReason } from "../contract/failureReasons";
import type { AppSettings } from "../contract/settings";
import type { DeltaId, ModelId } from "../contract/ids";
import { makeFolder } from "../files/makeFolder";
import { ChatStore } from "./chats/ChatStore";
import { noChatDatabase } from "./chats/openChatDatabase";
import { openChats, type OpenedChats } from "./chats/openChats";
import type { WorkerThreads } from "./worker/WorkerThreads";
import { CrashNote } from "./CrashNote";
import { dataPaths } from "./dataFolder";
import { DeltaList } from "./deltas/DeltaLibrary";
import { DismissedNotices, StoredDismissals } from "./DismissedNotices";
import { SavedMachineSpeeds } from "./estimator/MachineSpeeds";
import { errnoOf } from "./fileFailure";
import { StoredGpu } from "./gpu/GpuStarts";
import { FileHashes } from "./importing/sameFiles";
import { openJsonFile, type JsonFile } from "./JsonFile";
import { EngineEnds, StoredEngineEnds } from "./loads/EngineEnds";
import { LoadLog, StoredLoadLog } from "./loads/LoadLog";
import { LoadSettingsStore, StoredLoadSettings } from "./loads/LoadSettingsStore";
import type { Log } from "./LogFile";
import { StoredHubSettings } from "./hub/StoredHubSettings";
import { SavedJobs } from "./jobs/jobOrder";
import { MakingSpeeds, SavedMakingSpeeds } from "./jobs/MakingSpeeds";
import { SavedQuality } from "./jobs/QualityStore";
import { ModelList } from "./ModelLibrary";
import type { Shape } from "./storedShape";
import { StoredSettings } from "./StoredSettings";
import { UnfinishedFiles } from "./UnfinishedFiles";

/** The chats with what SQLite writes beside them, and the lists, also those that were moved aside; notes and secrets. */
const PRIVATE_FILE =
  /^chats.*\.db(?:-\w+)?$|\.json$|^(?:hub-token(?:\.key)?|loading-(?:model|deltas)|instance\.lock(?:-journal)?|unfinished\.journal)$/u;
/** What is in them keeps its modes. */
const PRIVATE_FOLDERS = new Set([
  "backups",
  "deltas",
  "engine-state",
  "fetched",
  "hub-answers",
  "importance",
  "logs",
  "models",
  "window",
]);
/** What may be done by accounts that are not the user's. */
const OTHERS = 0o077;

export interface AppData {
  chats: ChatStore;
  settings: JsonFile<AppSettings>;
  modelList: JsonFile<ModelList>;
  deltaList: JsonFile<DeltaList>;
  deltasNote: CrashNote<DeltaId>;
  hubSettings: JsonFile<StoredHubSettings>;
  fileHashes: JsonFile<FileHashes>;
  jobs: JsonFile<SavedJobs>;
  quality: JsonFile<SavedQuality>;
  makingSpeeds: MakingSpeeds;
  gpu: JsonFile<StoredGpu>;
  machineSpeeds: JsonFile<SavedMachineSpeeds>;
  loadNote: CrashNote<ModelId>;
  engineEnds: EngineEnds;
  loadSettings: LoadSettingsStore;
  loadLog: LoadLog;
  unfinished: UnfinishedFiles;
  /** Resolves when no list is being written any more. */
  saved(): Promise<void>;
  /** What is being saved is on the disk when this returns, or the old content is; nothing is saved any more. */
  finishNow(): void;
  /** What the user should know of the opening: files that were damaged and where they are now, entries that could not be understood. */
  notices: Failure[];
  dismissedNotices: DismissedNotices;
}

export interface OpenAppDataOptions {
  folder: string;
  log: Log;
  now: () => number;
  worker: WorkerThreads;
  /** Called before what can be read of damaged chats is taken over, which may take a while. */
  onChatsDamaged?: () => void;
  isReader?: boolean;
}

/**
 * Failures: "data-folder-unusable", "disk-full", "database-newer". Nothing is changed then. A reader writes nothing: damaged files stay
 * where they are, and its chats are none.
 */
export async function openAppData(options: OpenAppDataOptions): Promise<Outcome<AppData>> {
  const { folder, log, now, isReader = false } = options;
  const notices: Failure[] = [];
  const unfinished = isReader ? await UnfinishedFiles.read(folder) : await UnfinishedFiles.open(folder, log);
  const files: Pick<JsonFile<unknown>, "saved" | "finishNow">[] = [];
  const open = async <Value>(file: string, shape: Shape<Value>): Promise<JsonFile<Value>> => {
    const {
      file: opened,
      movedAsideTo,
      unreadable,
    } = await openJsonFile(path.join(folder, file), shape, now, { isReader, unfinished });
    if (movedAsideTo !== null) notices.push(failure("stored-file-damaged", { file, movedTo: movedAsideTo }));
    if (unreadable > 0) notices.push(failure("stored-entries-unreadable", { file, count: String(unreadable) }));
    files.push(opened);
    return opened;
  };
  try {
    const dismissedNotices = new DismissedNotices(await open("dismissed-notices.json", StoredDismissals));
    const settings = await open("settings.json", StoredSettings);
    const modelList = await open("models.json", ModelList);
    const deltaList = await open("deltas.json", DeltaList);
    const hubSettings = await open("hub.json", StoredHubSettings);
    const fileHashes = await open("hashes.json", FileHashes);
    const jobs = await open("jobs.json", SavedJobs);
    const quality = await open("quality.json", SavedQuality);
    const makingSpeeds = await open("making-speeds.json", SavedMakingSpeeds);
    const machineSpeeds = await open("machine-speed.json", SavedMachineSpeeds);
    const loadSettings = await open("load-settings.json", StoredLoadSettings);
    const gpu = await open("gpu.json", StoredGpu);
    const loadLog = await open("loads.json", StoredLoadLog);
    const engineEnds = await open("engine-ends.json", StoredEngineEnds);
    const opened = isReader ? succeed(noChats(now)) : await openChats({ ...chatsOptions(options), unfinished });
    if (!opened.ok) return opened;
    // SQLite makes its files for everybody.
    if (!isReader) keepPrivate(folder);
    const { chats, interruptedAnswers, damaged } = opened.value;
    log("info", "data opened", { interruptedAnswers, movedAsideTo: damaged?.movedTo ?? null });
    if (damaged !== null) notices.unshift(damageNotice(damaged));
    for (const { code, details = {} } of notices) log("warn", code, details);
    return succeed({
      chats,
      settings,
      modelList,
      deltaList,
      deltasNote: CrashNote.ofDeltas(path.join(folder, "loading-deltas"), unfinished),
      hubSettings,
      fileHashes,
      jobs,
      quality,
      makingSpeeds: new MakingSpeeds(makingSpeeds),
      gpu,
      machineSpeeds,
      loadNote: CrashNote.ofModel(path.join(folder, "loading-model"), unfinished),
      engineEnds: new EngineEnds(engineEnds),
      loadSettings: new LoadSettingsStore(loadSettings),
      loadLog: new LoadLog(loadLog, now),
      unfinished,
      async saved() {
        for (const file of files) await file.saved();
        await unfinished.settled();
      },
      finishNow() {
        for (const file of files) file.finishNow();
        unfinished.discardWritesNow();
      },
      notices: notices.filter((notice) => !dismissedNotices.has(notice)),
      dismissedNotices,
    });
  } catch (error) {
    return folderFailure(error, folder);
  }
}

function noChats(now: () => number): OpenedChats {
  return { chats: new ChatStore(noChatDatabase(), now), interruptedAnswers: 0, damaged: null };
}

function chatsOptions({ folder, log, now, worker, onChatsDamaged }: OpenAppDataOptions) {
  return {
    file: dataPaths(folder).database,
    now,
    salvage: (damaged: string, target: string) => worker.ask<"salvage">({ kind: "salvage", damaged, target }),
    onDamage(cause: string) {
      log("warn", "chats are damaged", { cause });
      onChatsDamaged?.();
    },
    onSalvageFailed: (error: unknown) => log("error", "nothing salvaged", { error: String(error) }),
  };
}

function damageNotice({ movedTo, kept }: NonNullable<OpenedChats["damaged"]>): Failure {
  if (kept.chats + kept.messages === 0) return failure("database-damaged", { movedTo });
  return failure("chats-salvaged", { movedTo, chats: String(kept.chats), messages: String(kept.messages) });
}

/** Makes the folder and those inside it. */
export function makeDataFolder(folder: string): Outcome<undefined> {
  const { models, logs, window } = dataPaths(folder);
  try {
    // A link to a disk that is not there now is no reason not to start.
    const isMoved = lstatSync(models, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    for (const inside of [...(isMoved ? [] : [models]), logs, window]) makeFolder(inside, 0o700);
    keepPrivate(folder);
    return succeed(undefined);
  } catch (error) {
    return folderFailure(error, folder);
  }
}

/**
 * What was said in chats is for the user's own account. An earlier version, a copy or a backup may have left files that others may read.
 * Links are not followed, and models stay as they are. Windows keeps a user's folders private by itself.
 */
function keepPrivate(folder: string): void {
  if (process.platform === "win32") return;
  const files = readdirSync(folder).filter((name) => PRIVATE_FILE.test(name) || PRIVATE_FOLDERS.has(name));
  for (const one of [folder, ...files.map((name) => path.join(folder, name))]) {
    const facts = lstatSync(one, { throwIfNoEntry: false });
    if (facts === undefined || !(facts.isDirectory() || facts.isFile()) || (facts.mode & OTHERS) === 0) continue;
    try {
      chmodSync(one, facts.mode & 0o777 & ~OTHERS);
    } catch (error) {
      // A disk without permissions, or another account's file: no reason not to start.
      if (errnoOf(error) === null) throw error;
    }
  }
}

function folderFailure(error: unknown, folder: string): { ok: false; failure: Failure } {
  const code = errnoOf(error);
  if (code === null) throw error;
  if (code === "ENOSPC" || code === "EDQUOT") return fail("disk-full", { folder }, error);
  const reasons: Readonly<Record<string, FileReason>> = {
    EACCES: "no-permission-to-write-there",
    EPERM: "no-permission-to-write-there",
    ENOENT: "no-folder-possible",
    EROFS: "read-only-disk",
    ENOTDIR: "path-through-a-file",
    EEXIST: "path-through-a-file",
  };
  const reason = reasons[code];
  return fail("data-folder-unusable", { folder, ...(reason === undefined ? {} : { reason }) }, error);
}
