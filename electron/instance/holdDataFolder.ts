// Makes this process the one that holds a data folder: takes its lock, opens the application on it, and opens that to other programs.
import { succeed, type Outcome } from "../contract/failure";
import { openFailure } from "../core/chats/databaseFailure";
import type { Application } from "../core/createApplication";
import type { Log } from "../core/LogFile";
import { lockDataFolder } from "./dataFolderLock";
import { InstanceServer } from "./InstanceServer";

export interface HoldOptions {
  folder: string;
  /** Shown to those who wait for the folder: "window", "facet quantize". */
  holder: string;
  open: () => Promise<Outcome<Application>>;
  /** Somebody with a longer life wants the folder. */
  onReleaseWanted: () => void;
  log: Log;
}

/** Closing it ends the application and lets go of the folder. */
export interface HeldApplication extends Application {
  /** Another program is in the middle of something. */
  readonly isWorkingForOthers: boolean;
  /** Resolves when no other program is. */
  whenIdle(): Promise<void>;
}

/** null = another process holds it. Failures: those of opening, "data-folder-unusable". */
export async function holdDataFolder(options: HoldOptions): Promise<Outcome<HeldApplication> | null> {
  const { folder, holder, open, onReleaseWanted, log } = options;
  let lock;
  try {
    lock = lockDataFolder(folder);
  } catch (error) {
    return { ok: false, failure: openFailure(error, folder) };
  }
  if (lock === null) return null;
  const opened = await open();
  if (!opened.ok) {
    lock.release();
    return opened;
  }
  const application = opened.value;
  const server = new InstanceServer({ application, folder, holder, onReleaseWanted, log });
  // Without it the application works all the same; other programs wait until it has ended.
  await server
    .open()
    .catch((error: unknown) => log("error", "other programs cannot connect", { error: String(error) }));
  let closing: Promise<void> | null = null;
  return succeed({
    ...application,
    get settings() {
      return application.settings;
    },
    get isWorkingForOthers() {
      return server.isWorking;
    },
    whenIdle: () => server.whenIdle(),
    close() {
      closing ??= (async () => {
        await server.close();
        await application.close();
        lock.release();
      })();
      return closing;
    },
  });
}
