// The person's hub token: kept with the system's secret store, else in memory until the app is closed. Main process.
import { readFile, rm } from "node:fs/promises";
import { safeStorage } from "electron";
import { succeed, type Outcome } from "../contract/failure";
import { saveFailure } from "../services/fileFailure";
import { writeFileAtomically } from "../services/writeFileAtomically";

export class TokenStore {
  /** Encrypted by the system's key; without it the file is worth nothing. */
  readonly #file: string;
  #token: string | null = null;
  #reading: Promise<void> | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  get storage(): "system" | "session" {
    if (!safeStorage.isEncryptionAvailable()) return "session";
    // Without a keyring Chromium on Linux "encrypts" with a key that everybody knows.
    const open = process.platform === "linux" && safeStorage.getSelectedStorageBackend() === "basic_text";
    return open ? "session" : "system";
  }

  async get(): Promise<string | null> {
    this.#reading ??= this.#read();
    await this.#reading;
    return this.#token;
  }

  async set(token: string | null): Promise<Outcome<undefined>> {
    await this.get();
    this.#token = token;
    try {
      if (token === null) await rm(this.#file, { force: true });
      else if (this.storage === "system")
        await writeFileAtomically(this.#file, safeStorage.encryptString(token).toString("base64"));
      return succeed(undefined);
    } catch (error) {
      return { ok: false, failure: saveFailure(error) };
    }
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#file, "utf8").catch(() => null);
    if (text === null || this.storage !== "system") return;
    try {
      this.#token = safeStorage.decryptString(Buffer.from(text, "base64"));
    } catch {
      // Another account's, or the keyring was made anew: as if there were none; the next one replaces it.
    }
  }
}
