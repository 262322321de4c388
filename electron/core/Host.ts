// What the application needs of the program that it runs in: Electron's main process, or plain Node.
import type { ToEngine } from "../contract/engineProtocol";
import type { ToFit } from "../contract/fitProtocol";
import type { GpuStart } from "../contract/gpu";
import type { ToJob } from "../contract/jobs";
import type { Fork } from "../process/Fork";
import type { WorkerThreads } from "./worker/WorkerThreads";
import type { Http } from "./hub/http";
import type { ProxySetting } from "./hub/proxySetting";
import type { SecretStore } from "./hub/TokenStore";

export interface Host {
  readonly appVersion: string;
  /** Where native/, resources/ and node_modules/ are stored as plain files: beside the archive in the packaged app. */
  readonly appFolder: string;
  /** Comes with the app; may be inside its archive. */
  readonly catalogueFile: string;
  /** As catalogueFile: a file for each language but English. */
  readonly languagesFolder: string;
  /** Best first, as BCP 47 names. */
  systemLanguages(): readonly string[];
  readonly forkEngine: (gpu: GpuStart) => Fork<ToEngine>;
  readonly forkFit: (gpu: GpuStart) => Fork<ToFit>;
  readonly forkJob: Fork<ToJob>;
  /** The built chats/searchWorker.ts, for a thread of this process. */
  readonly searchScript: string;
  readonly network: HostNetwork;
  readonly secrets: SecretStore;
  /** Whether the access token of Hugging Face's own tools is used unasked, where none is saved: by commands, as by those tools. A window offers it. */
  readonly takesFoundToken: boolean;
  /** For what would hold this process: whole chat databases, large answers of the hub. */
  readonly worker: WorkerThreads;
  /** While a job runs or a model is downloaded: a computer that falls asleep in the middle of an hour's work helps nobody. */
  keepAwake(what: "jobs" | "downloads", isBusy: boolean): void;
  /** The computer woke up: connections are gone. */
  onWake(listener: () => void): void;
  moveToTrash(file: string): Promise<void>;
}

export interface HostNetwork {
  /** Goes through the proxy that was set last. */
  readonly http: Http;
  readonly fetch: typeof fetch;
  /** null = the system's own settings. Resolves when every later request goes that way. */
  setProxy(proxy: ProxySetting | null): Promise<void>;
  /** Whether a request to this address goes through a proxy. */
  usesProxy(url: string): Promise<boolean>;
}
