// The parts of the application that its methods work with: everything that lives as long as it does.
import type { AnswerRunner } from "./answers/AnswerRunner";
import type { SearchThread } from "./chats/SearchThread";
import type { DeltaLibrary } from "./deltas/DeltaLibrary";
import type { DeltaMatcher } from "./deltas/DeltaMatcher";
import type { DownloadQueue } from "./downloads/DownloadQueue";
import type { EngineNow } from "./supervision/EngineNow";
import type { EngineSession } from "./supervision/EngineSession";
import type { Estimator } from "./estimator/Estimator";
import type { EventStream } from "./EventStream";
import type { Backups } from "./chats/backups/Backups";
import type { Host } from "./Host";
import type { Hub } from "./hub/Hub";
import type { FileTasks } from "./importing/FileTasks";
import type { Imports } from "./importing/Imports";
import type { Jobs } from "./jobs/createJobs";
import type { Languages } from "./Languages";
import type { Loads } from "./loads/Loads";
import type { Log } from "./LogFile";
import type { ModelLibrary } from "./ModelLibrary";
import type { Models } from "./Models";
import type { TokenReaders } from "./supervision/TokenReaders";
import type { NetworkSwitches } from "./NetworkSwitches";
import type { NoticeBoard } from "./NoticeBoard";
import type { AppData } from "./openAppData";
import type { StarterFetcher } from "./StarterFetcher";

export interface Parts {
  host: Host;
  events: EventStream;
  log: Log;
  languages: Languages;
  dataFolder: string;
  /** In the data folder, a link when the models were moved: always the path to use. */
  modelsFolder: string;
  data: AppData;
  search: SearchThread;
  notices: NoticeBoard;
  switches: NetworkSwitches;
  hub: Hub;
  downloads: DownloadQueue;
  starter: StarterFetcher;
  fileTasks: FileTasks;
  imports: Imports;
  estimator: Estimator;
  library: ModelLibrary;
  models: Models;
  loads: Loads;
  deltas: DeltaLibrary;
  deltaMatcher: DeltaMatcher;
  jobs: Jobs;
  engine: EngineNow;
  session: EngineSession;
  tokenReaders: TokenReaders;
  answers: AnswerRunner;
  backups: Backups;
}
