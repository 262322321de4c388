// What the methods of the contract work with: everything that lives as long as the app. Main process.
import type { BrowserWindow } from "electron";
import type { EventName, EventValue } from "../contract/events";
import type { AnswerRunner } from "../services/answers/AnswerRunner";
import type { DeltaLibrary } from "../services/deltas/DeltaLibrary";
import type { DeltaMatcher } from "../services/deltas/DeltaMatcher";
import type { DownloadQueue } from "../services/downloads/DownloadQueue";
import type { Estimator } from "../services/estimator/Estimator";
import type { Log } from "../services/LogFile";
import type { AppData } from "../services/openAppData";
import type { StarterFetcher } from "../services/StarterFetcher";
import type { EngineSupervisor } from "./EngineSupervisor";
import type { FileTasks } from "../services/importing/FileTasks";
import type { Hub } from "./Hub";
import type { Imports } from "./Imports";
import type { Loads } from "./Loads";
import type { Models } from "./Models";
import type { Jobs } from "./quantizeMethods";
import type { NoticeBoard } from "./NoticeBoard";
import type { StreamPort } from "./streamPort";

/** What is there even when the data folder cannot be used. */
export interface Shell {
  /** null while it is closed (macOS keeps the app open then). */
  window: () => BrowserWindow | null;
  sendEvent: <Name extends EventName>(name: Name, value: EventValue<Name>) => void;
  dataFolder: string;
  logsFolder: string;
  log: Log;
}

export interface AppContext extends Shell {
  /** In the data folder, a link when the models were moved: always the path to use. */
  modelsFolder: string;
  imports: Imports;
  fileTasks: FileTasks;
  data: AppData;
  notices: NoticeBoard;
  models: Models;
  starter: StarterFetcher;
  hub: Hub;
  deltas: DeltaLibrary;
  deltaMatcher: DeltaMatcher;
  downloads: DownloadQueue;
  estimator: Estimator;
  jobs: Jobs;
  loads: Loads;
  supervisor: EngineSupervisor;
  answers: AnswerRunner;
  streamPort: StreamPort;
}
