// Where each kind of file was last chosen or saved. From Electron 43 on the system's dialogs no longer begin there by themselves. Main process.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Log } from "../../core/LogFile";

const DialogKind = z.enum(["model", "models-folder", "gguf-folders", "text", "matrix", "adapter", "export", "answers"]);
export type DialogKind = z.infer<typeof DialogKind>;

const StoredFolders = z.partialRecord(DialogKind, z.string());

export class DialogFolders {
  readonly #file: string;
  readonly #log: Log;
  readonly #folders: z.infer<typeof StoredFolders>;

  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
    this.#folders = read(file);
  }

  /** Absolute, and perhaps gone by now. */
  of(kind: DialogKind): string | null {
    return this.#folders[kind] ?? null;
  }

  async note(kind: DialogKind, folder: string): Promise<void> {
    if (this.#folders[kind] === folder) return;
    this.#folders[kind] = folder;
    try {
      // A file that is cut short is none.
      await writeFile(this.#file, JSON.stringify(this.#folders));
    } catch (error) {
      this.#log("warn", "folder of a dialog not saved", { error: String(error) });
    }
  }
}

/** Nothing of a file that cannot be read: the dialogs then begin where Electron begins. */
function read(file: string): z.infer<typeof StoredFolders> {
  try {
    return StoredFolders.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}
