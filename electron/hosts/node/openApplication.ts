// The application in plain Node: what a program that is no window opens. Built as .vite/build/application.mjs.
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../../contract/failure";
import { createApplication, type Application } from "../../core/createApplication";
import { dataPaths } from "../../core/dataFolder";
import { openLogFile, type Log } from "../../core/LogFile";
import { makeDataFolder } from "../../core/openAppData";
import { busyFailure } from "../../instance/busyFailure";
import { CommandClient } from "../../instance/CommandClient";
import { holdDataFolder, type HeldApplication } from "../../instance/holdDataFolder";
import { nodeHost } from "./nodeHost";

export type { Application, CommandClient };

/** Where this file is when it is built: beside the scripts of the engine, two folders below what comes with the app. */
const SCRIPT_FOLDER = path.dirname(fileURLToPath(import.meta.url));
const APP_FOLDER = path.join(SCRIPT_FOLDER, "../..");

interface Scripts {
  scriptFolder?: string;
  appFolder?: string;
}

/**
 * Holds the folder until it is closed. Failures: "data-folder-busy" (another process holds it), "data-folder-unusable", "disk-full",
 * "database-newer".
 */
export async function openApplication(dataFolder: string, scripts: Scripts = {}): Promise<Outcome<Application>> {
  const held = await hold(dataFolder, "program", () => undefined, scripts);
  return held ?? { ok: false, failure: busyFailure(dataFolder) };
}

/** For a command: in the process that holds the folder, else in this one. `holder`: "facet quantize". Connects with the first call. */
export function openClient(dataFolder: string, holder: string, onWaiting: () => void): CommandClient {
  return new CommandClient({
    folder: dataFolder,
    hold: (onReleaseWanted) => hold(dataFolder, holder, onReleaseWanted, {}),
    onWaiting,
  });
}

/** Lists and verdicts only: writes nothing, whoever holds the folder. */
export function openReader(dataFolder: string): Promise<Outcome<Application>> {
  const noLog = () => undefined;
  return createApplication({
    host: hostOf(dataFolder, noLog, {}),
    dataFolder,
    log: noLog,
    engineLog: noLog,
    isReader: true,
  });
}

async function hold(
  dataFolder: string,
  holder: string,
  onReleaseWanted: () => void,
  scripts: Scripts,
): Promise<Outcome<HeldApplication> | null> {
  const made = makeDataFolder(dataFolder);
  if (!made.ok) return made;
  const { logs } = dataPaths(dataFolder);
  const logOf = (name: string) => openLogFile({ file: path.join(logs, `${name}.log`), home: homedir(), now: Date.now });
  const log = logOf("main");
  return holdDataFolder({
    folder: dataFolder,
    holder,
    open() {
      const engineLog = logOf("engine");
      return createApplication({ host: hostOf(dataFolder, engineLog, scripts), dataFolder, log, engineLog });
    },
    onReleaseWanted,
    log,
  });
}

function hostOf(dataFolder: string, engineLog: Log, { scriptFolder = SCRIPT_FOLDER, appFolder = APP_FOLDER }: Scripts) {
  return nodeHost({ appFolder, scriptFolder, dataFolder, engineLog });
}
