// Where other apps keep their models on each system. Pure: takes the environment, touches no disk.
import path from "node:path";
import type { Surroundings } from "../dataFolder";
import { hubCaches } from "../hub/huggingFaceTools";

export interface OtherAppFolders {
  /** LM Studio's own folders: each may hold "models", and settings that name another place. */
  lmStudioHomes: string[];
  /** Further settings files that name its folder of models: older versions. */
  lmStudioSettings: string[];
  /** A file whose text is the path of LM Studio's folder, when the user moved it. */
  lmStudioPointer: string;
  /** Folders with "manifests" and "blobs". */
  ollama: string[];
  /** Jan's data folders, and files whose "data_folder" names another one. */
  jan: string[];
  janSettings: string[];
  /** The folder "hub" of the Hugging Face cache, and llama.cpp's of the same form. */
  huggingFace: string[];
}

export function otherAppFolders({ env, platform, home }: Surroundings): OtherAppFolders {
  const { join, resolve } = platform === "win32" ? path.win32 : path.posix;
  const chosen = (name: string): string[] => (env[name] ? [resolve(env[name])] : []);
  const config =
    platform === "darwin"
      ? join(home, "Library", "Application Support")
      : platform === "win32"
        ? env["APPDATA"] || join(home, "AppData", "Roaming")
        : env["XDG_CONFIG_HOME"] || join(home, ".config");
  const janHomes = platform === "linux" ? [config, env["XDG_DATA_HOME"] || join(home, ".local", "share")] : [config];
  return {
    lmStudioHomes: [join(home, ".lmstudio"), join(home, ".cache", "lm-studio")],
    lmStudioSettings: [join(config, "LM Studio", "settings.json")],
    lmStudioPointer: join(home, ".lmstudio-home-pointer"),
    ollama: env["OLLAMA_MODELS"]
      ? chosen("OLLAMA_MODELS")
      : [
          join(home, ".ollama", "models"),
          ...(platform === "linux" ? ["/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models"] : []),
        ],
    jan: [...chosen("JAN_DATA_FOLDER"), join(home, "jan"), ...janHomes.map((folder) => join(folder, "Jan", "data"))],
    janSettings: janHomes.map((folder) => join(folder, "Jan", "settings.json")),
    huggingFace: hubCaches({ env, platform, home }),
  };
}
