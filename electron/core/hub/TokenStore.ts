// The user's hub token: encrypted in a file by the host's secret store, else kept in memory until the app is closed.
import { readFile, rm } from "node:fs/promises";
import { succeed, type Outcome } from "../../contract/failure";
import { saveFailure } from "../fileFailure";
import { UnfinishedFiles } from "../UnfinishedFiles";
import { writeFileAtomically } from "../writeFileAtomically";

export interface SecretStore {
  /** False: what it encrypted could be read by any program of any user. */
  isAvailable(): boolean;
  encrypt(text: string): Buffer;
  /** Throws for what another account or another key encrypted. */
  decrypt(encrypted: Buffer): string;
}

export class TokenStore {
  /** Without the key of the secret store the file is worth nothing. */
  readonly #file: string;
  readonly #secrets: SecretStore;
  readonly #unfinished: UnfinishedFiles;
  #token: string | null = null;
  #reading: Promise<void> | null = null;

  constructor(file: string, secrets: SecretStore, unfinished = UnfinishedFiles.withoutFile()) {
    this.#file = file;
    this.#unfinished = unfinished;
    this.#secrets = secrets;
  }

  get storage(): "system" | "session" {
    return this.#secrets.isAvailable() ? "system" : "session";
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
        await writeFileAtomically(this.#file, this.#secrets.encrypt(token).toString("base64"), this.#unfinished);
      return succeed(undefined);
    } catch (error) {
      return { ok: false, failure: saveFailure(error) };
    }
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#file, "utf8").catch(() => null);
    if (text === null || this.storage !== "system") return;
    try {
      this.#token = this.#secrets.decrypt(Buffer.from(text, "base64"));
    } catch {
      // Encrypted by another account or another key: as if there were none; the next one replaces it.
    }
  }
}
