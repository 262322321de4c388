// Opens everything that Facet keeps in its data folder, or says why it cannot be used.
import { lstatSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fail, failure, succeed, type Failure, type Outcome } from "../contract/failure";
import type { AppSettings } from "../contract/settings";
import type { DeltaId, ModelId } from "../contract/ids";
import { ChatStore } from "./chats/ChatStore";
import { openChatDatabase } from "./chats/openChatDatabase";
import { CrashNote } from "./CrashNote";
import { dataPaths } from "./dataFolder";
import { DeltaList, emptyDeltaList } from "./deltas/DeltaLibrary";
import { errnoOf } from "./fileFailure";
import { FileHashes } from "./importing/sameFiles";
import { openJsonFile, type JsonFile } from "./JsonFile";
import { EngineEnds, StoredEngineEnds } from "./loads/EngineEnds";
import { emptyLoadLog, LoadLog, StoredLoadLog } from "./loads/LoadLog";
import { emptyLoadSettings, LoadSettingsStore, StoredLoadSettings } from "./loads/LoadSettingsStore";
import type { Log } from "./LogFile";
import { defaultHubSettings, StoredHubSettings } from "./hub/StoredHubSettings";
import { noSavedJobs, SavedJobs } from "./jobs/jobOrder";
import { MakingSpeeds, SavedMakingSpeeds } from "./jobs/MakingSpeeds";
import { noSavedQuality, SavedQuality } from "./jobs/QualityStore";
import { emptyModelList, ModelList } from "./ModelLibrary";
import { openSettingsFile } from "./settingsFile";

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
  loadNote: CrashNote<ModelId>;
  engineEnds: EngineEnds;
  loadSettings: LoadSettingsStore;
  loadLog: LoadLog;
  /** What the person should know of the opening: files that were damaged and where they are now. */
  notices: Failure[];
}

/** Failures: "data-folder-unusable", "disk-full", "database-newer". Nothing is changed then. */
export async function openAppData(folder: string, log: Log, now: () => number): Promise<Outcome<AppData>> {
  const paths = dataPaths(folder);
  try {
    const settings = await openSettingsFile(paths.settings, now);
    const modelList = await openJsonFile(path.join(folder, "models.json"), ModelList, emptyModelList, now);
    const deltaList = await openJsonFile(path.join(folder, "deltas.json"), DeltaList, emptyDeltaList, now);
    const hubSettings = await openJsonFile(path.join(folder, "hub.json"), StoredHubSettings, defaultHubSettings, now);
    const fileHashes = await openJsonFile(path.join(folder, "hashes.json"), FileHashes, {}, now);
    const jobs = await openJsonFile(path.join(folder, "jobs.json"), SavedJobs, noSavedJobs, now);
    const quality = await openJsonFile(path.join(folder, "quality.json"), SavedQuality, noSavedQuality, now);
    const makingSpeeds = await openJsonFile(path.join(folder, "making-speeds.json"), SavedMakingSpeeds, {}, now);
    const loadSettings = await openJsonFile(
      path.join(folder, "load-settings.json"),
      StoredLoadSettings,
      emptyLoadSettings,
      now,
    );
    const loadLog = await openJsonFile(path.join(folder, "loads.json"), StoredLoadLog, emptyLoadLog, now);
    const engineEnds = await openJsonFile(path.join(folder, "engine-ends.json"), StoredEngineEnds, {}, now);
    const opened = openChatDatabase(paths.database, now);
    if (!opened.ok) return opened;
    const { database, movedAsideTo } = opened.value;
    const chats = new ChatStore(database, now);
    const recovered = chats.recover();
    if (!recovered.ok) {
      chats.close();
      return recovered;
    }
    log("info", "data opened", { interruptedAnswers: recovered.value.interruptedAnswers, movedAsideTo });
    const settingsAside = [settings, modelList, deltaList, hubSettings, jobs, quality, loadSettings]
      .map(({ movedAsideTo: aside }) => aside)
      .filter((aside) => aside !== null);
    for (const aside of settingsAside) log("warn", "a damaged file was moved aside", { aside });
    return succeed({
      chats,
      settings: settings.file,
      modelList: modelList.file,
      deltaList: deltaList.file,
      deltasNote: CrashNote.ofDeltas(path.join(folder, "loading-deltas")),
      hubSettings: hubSettings.file,
      fileHashes: fileHashes.file,
      jobs: jobs.file,
      quality: quality.file,
      makingSpeeds: new MakingSpeeds(makingSpeeds.file),
      loadNote: CrashNote.ofModel(path.join(folder, "loading-model")),
      engineEnds: new EngineEnds(engineEnds.file),
      loadSettings: new LoadSettingsStore(loadSettings.file),
      loadLog: new LoadLog(loadLog.file, now),
      notices: [
        ...(movedAsideTo === null ? [] : [failure("database-damaged", { movedTo: movedAsideTo })]),
        ...settingsAside.slice(0, 1).map((movedTo) => failure("settings-damaged", { movedTo })),
      ],
    });
  } catch (error) {
    return folderFailure(error, folder);
  }
}

/** Makes the folder and those inside it. */
export function makeDataFolder(folder: string): Outcome<undefined> {
  const { models, logs, window } = dataPaths(folder);
  try {
    // A link to a disk that is not there now is no reason not to start.
    const isMoved = lstatSync(models, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    for (const inside of [...(isMoved ? [] : [models]), logs, window])
      mkdirSync(inside, { recursive: true, mode: 0o700 });
    return succeed(undefined);
  } catch (error) {
    return folderFailure(error, folder);
  }
}

function folderFailure(error: unknown, folder: string): { ok: false; failure: Failure } {
  const code = errnoOf(error);
  if (code === null) throw error;
  if (code === "ENOSPC" || code === "EDQUOT") return fail("disk-full", { folder }, error);
  const reasons: Record<string, string> = {
    EACCES: "This account may not write there.",
    EPERM: "This account may not write there.",
    EROFS: "It lies on a read-only disk.",
    ENOTDIR: "A part of its path is a file.",
    EEXIST: "A part of its path is a file.",
  };
  const reason = reasons[code];
  return fail("data-folder-unusable", { folder, ...(reason === undefined ? {} : { reason }) }, error);
}
