// Files that somebody opens with Facet: named on the command line, by a second start, dropped on its symbol in the Dock. They may come
// long before the application is there, and wait for it. Main process, without Electron.

/** What tells of files, as Electron's app does. */
interface FileEvents {
  on(event: "open-file", listener: (event: { preventDefault(): void }, file: string) => void): unknown;
  on(
    event: "second-instance",
    listener: (event: unknown, argv: string[], folder: string, additionalData: unknown) => void,
  ): unknown;
}

export class OpenedFiles {
  readonly #waiting: string[] = [];
  #open: ((file: string) => Promise<unknown>) | null = null;
  #isOpening = false;

  /** To be called before the app is ready: macOS tells of the file that it was started with by then. */
  listenTo(events: FileEvents): void {
    events.on("open-file", (event, file) => {
      event.preventDefault();
      this.add(file);
    });
    events.on("second-instance", (_event, _argv, _folder, additionalData) => {
      const file = fileOf(additionalData);
      if (file !== null) this.add(file);
    });
  }

  add(file: string): void {
    this.#waiting.push(file);
    void this.#openWaiting();
  }

  /** The one that was opened first and still waits: it is the caller's from now on. */
  take(): string | null {
    return this.#waiting.shift() ?? null;
  }

  /** Gets all that wait and all that come, one after the other. */
  openWith(open: (file: string) => Promise<unknown>): void {
    this.#open = open;
    void this.#openWaiting();
  }

  async #openWaiting(): Promise<void> {
    const open = this.#open;
    if (open === null || this.#isOpening) return;
    this.#isOpening = true;
    for (let file = this.take(); file !== null; file = this.take()) await open(file).catch(() => undefined);
    this.#isOpening = false;
  }
}

/** What a second start sends to the first (main.ts). */
function fileOf(additionalData: unknown): string | null {
  if (typeof additionalData !== "object" || additionalData === null || !("openedFile" in additionalData)) return null;
  return typeof additionalData.openedFile === "string" ? additionalData.openedFile : null;
}
