// Where Facet keeps a user's data: the system's standard place, or FACET_DATA_DIR. Any process; pure.
import path from "node:path";

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** The user's home folder, absolute. */
  home: string;
}

/** Absolute path of the data folder; says nothing about whether it exists. */
export function dataFolder({ env, platform, home }: Surroundings): string {
  const { join, resolve, isAbsolute } = platform === "win32" ? path.win32 : path.posix;
  const chosen = env["FACET_DATA_DIR"];
  if (chosen) return resolve(chosen);
  if (platform === "darwin") return join(home, "Library", "Application Support", "Facet");
  if (platform === "win32") return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "Facet");
  const xdg = env["XDG_DATA_HOME"];
  // The XDG specification: a relative path there is invalid and to be ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, ".local", "share"), "facet");
}

/** The paths inside the data folder. */
export function dataPaths(folder: string) {
  const { join } = path;
  return {
    models: join(folder, "models"),
    /** KV caches of conversations, while the engine runs. */
    engineState: join(folder, "engine-state"),
    deltas: join(folder, "deltas"),
    /** Adapters of the hub, while they are fetched. */
    fetched: join(folder, "fetched"),
    /** What the hub said of repositories. */
    hubAnswers: join(folder, "hub-answers"),
    database: join(folder, "chats.db"),
    /** Of the chats. */
    backups: join(folder, "backups"),
    settings: join(folder, "settings.json"),
    logs: join(folder, "logs"),
    /** Chromium's profile (Electron's userData). */
    window: join(folder, "window"),
  };
}
