// Work on large files that goes on by itself: copies, moves, checks; each with its progress, and cancelled at once.
import { randomUUID } from "node:crypto";
import { fail, type Failure, type Outcome } from "../../contract/failure";
import { FileTaskId, type FileTask } from "../../contract/importing";
import { SpeedMeter } from "../downloads/SpeedMeter";

/** The window redraws progress four times a second. */
const REPORT_MS = 250;

/** What the work itself needs. */
export interface TaskRun {
  signal: AbortSignal;
  addTotal: (bytes: number) => void;
  addDone: (bytes: number) => void;
}

interface Entry {
  task: FileTask;
  abort: AbortController;
  speed: SpeedMeter;
}

export interface FileTasksOptions {
  onChanged: (tasks: FileTask[]) => void;
  now?: () => number;
}

export class FileTasks {
  readonly #onChanged: (tasks: FileTask[]) => void;
  readonly #now: () => number;
  readonly #entries = new Map<FileTaskId, Entry>();
  readonly #running = new Set<Promise<unknown>>();
  #lastReportMs = -Infinity;
  #isClosed = false;

  constructor({ onChanged, now = () => performance.now() }: FileTasksOptions) {
    this.#onChanged = onChanged;
    this.#now = now;
  }

  list(): FileTask[] {
    return [...this.#entries.values()].map(({ task }) => task);
  }

  isRunning(kind: FileTask["kind"]): boolean {
    return this.list().some((task) => task.kind === kind && task.failure === null);
  }

  /**
   * Runs the work and lists it meanwhile. A cancelled one ends with "request-cancelled" and leaves the list;
   * one that failed stays in the list until it is put away, if `keepFailure` says so.
   */
  async run<Value>(
    about: Pick<FileTask, "kind" | "title" | "modelId"> & { keepFailure?: boolean },
    work: (run: TaskRun) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (this.#isClosed) return fail("request-cancelled");
    const { keepFailure = false, ...shown } = about;
    const id = FileTaskId.parse(randomUUID());
    const entry: Entry = {
      task: { id, ...shown, doneBytes: 0, totalBytes: 0, bytesPerSecond: null, secondsLeft: null, failure: null },
      abort: new AbortController(),
      speed: new SpeedMeter(),
    };
    this.#entries.set(id, entry);
    this.#report();
    const running = this.#work(entry, work);
    this.#running.add(running);
    try {
      const outcome = await running;
      if (!outcome.ok && keepFailure && outcome.failure.code !== "request-cancelled")
        this.#keep(entry, outcome.failure);
      else this.#entries.delete(id);
      return outcome;
    } catch (error) {
      this.#entries.delete(id);
      throw error;
    } finally {
      this.#running.delete(running);
      this.#report();
    }
  }

  /** Stops it; of one that has failed, puts it away. */
  cancel(id: FileTaskId): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.abort.abort();
    if (entry.task.failure === null) return;
    this.#entries.delete(id);
    this.#report();
  }

  /** Stops everything; resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { abort } of this.#entries.values()) abort.abort();
    await Promise.allSettled(this.#running);
  }

  async #work<Value>(entry: Entry, work: (run: TaskRun) => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    const { signal } = entry.abort;
    try {
      return await work({
        signal,
        addTotal: (bytes) => this.#change(entry, { totalBytes: entry.task.totalBytes + bytes }),
        addDone: (bytes) => {
          entry.speed.add(bytes, this.#now());
          this.#change(entry, { doneBytes: entry.task.doneBytes + bytes });
        },
      });
    } catch (error) {
      if (signal.aborted) return fail("request-cancelled");
      throw error;
    }
  }

  #keep(entry: Entry, failure: Failure): void {
    entry.task = { ...entry.task, failure, bytesPerSecond: null, secondsLeft: null };
  }

  #change(entry: Entry, change: Partial<FileTask>): void {
    const bytesPerSecond = entry.speed.bytesPerSecond(this.#now());
    const task = { ...entry.task, ...change, bytesPerSecond };
    entry.task = {
      ...task,
      secondsLeft:
        bytesPerSecond === null || bytesPerSecond <= 0 ? null : (task.totalBytes - task.doneBytes) / bytesPerSecond,
    };
    if (this.#now() - this.#lastReportMs >= REPORT_MS) this.#report();
  }

  #report(): void {
    this.#lastReportMs = this.#now();
    this.#onChanged(this.list());
  }
}
