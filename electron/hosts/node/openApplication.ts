// The application in plain Node: what a program that is no window opens. Built as .vite/build/application.mjs.
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../../contract/failure";
import { createApplication, type Application } from "../../core/createApplication";
import { dataPaths } from "../../core/dataFolder";
import { openLogFile } from "../../core/LogFile";
import { makeDataFolder } from "../../core/openAppData";
import { nodeHost } from "./nodeHost";

export type { Application };

/** Where this file is when it is built: beside the scripts of the engine, two folders below what comes with the app. */
const SCRIPT_FOLDER = path.dirname(fileURLToPath(import.meta.url));

/** Nobody else may use the folder meanwhile. Failures: "data-folder-unusable", "disk-full", "database-newer". */
export async function openApplication(
  dataFolder: string,
  { scriptFolder = SCRIPT_FOLDER, appFolder = path.join(SCRIPT_FOLDER, "../..") } = {},
): Promise<Outcome<Application>> {
  const made = makeDataFolder(dataFolder);
  if (!made.ok) return made;
  const { logs } = dataPaths(dataFolder);
  const logOf = (name: string) => openLogFile({ file: path.join(logs, `${name}.log`), home: homedir(), now: Date.now });
  const engineLog = logOf("engine");
  const host = nodeHost({ appFolder, scriptFolder, dataFolder, engineLog });
  return createApplication({ host, dataFolder, log: logOf("main"), engineLog });
}
