// Searches the chats in a thread of its own: in a large database a letter alone takes a second, and whoever asks does other things too.
import { Worker } from "node:worker_threads";
import type { SearchHit } from "../../contract/chat";
import { failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { Log } from "../LogFile";
import { fullTextQuery } from "./searchQuery";
import type { SearchAnswer, SearchRequest } from "./searchWorker";

/** The thread ends when nothing was searched for so long; the next search starts another. */
const IDLE_MS = 60_000;

export interface SearchThreadOptions {
  /** null: there are no chats. */
  file: string | null;
  /** searchWorker.ts as it was built. */
  script: string;
  /** For Node, where the script is none that it can read by itself. */
  execArgv?: string[];
  log: Log;
}

interface Running {
  id: number;
  resolve: (outcome: Outcome<SearchHit[]>) => void;
}

export class SearchThread {
  readonly #options: SearchThreadOptions;
  /** Shared with the thread, which looks at it while it searches. */
  readonly #newest = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | null = null;
  #running: Running | null = null;
  #lastId = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: SearchThreadOptions) {
    this.#options = options;
  }

  /** A newer search ends this one with "request-cancelled". */
  search(query: string): Promise<Outcome<SearchHit[]>> {
    const id = ++this.#lastId;
    Atomics.store(this.#newest, 0, id);
    this.#end(failure("request-cancelled"));
    const { file } = this.#options;
    if (file === null || fullTextQuery(query) === null) return Promise.resolve(succeed([]));
    const answered = new Promise<Outcome<SearchHit[]>>((resolve) => {
      this.#running = { id, resolve };
    });
    const request: SearchRequest = { id, file, query, nowMs: Date.now() };
    this.#worker ??= this.#start();
    this.#worker.postMessage(request);
    this.#restAfterwards();
    return answered;
  }

  /** Lets go of the file, before it is closed or replaced. The next search opens it again. */
  async release(): Promise<void> {
    Atomics.store(this.#newest, 0, ++this.#lastId);
    this.#end(failure("request-cancelled"));
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const { script, execArgv = [], log } = this.#options;
    const worker = new Worker(script, { workerData: this.#newest.buffer, execArgv, name: "Facet search" });
    // A program that is done need not wait for it.
    worker.unref();
    worker.on("message", ({ id, outcome }: SearchAnswer) => {
      if (this.#running?.id !== id) return;
      const { resolve } = this.#running;
      this.#running = null;
      resolve(outcome);
    });
    worker.on("error", (error) => log("error", "search failed", { error: String(error) }));
    worker.on("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#end(failure("internal", undefined, "The thread that searches has ended"));
    });
    return worker;
  }

  #end(reason: Failure): void {
    const running = this.#running;
    this.#running = null;
    running?.resolve({ ok: false, failure: reason });
  }

  #restAfterwards(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#running === null) void this.release();
      else this.#restAfterwards();
    }, IDLE_MS);
    this.#idleTimer.unref();
  }
}
