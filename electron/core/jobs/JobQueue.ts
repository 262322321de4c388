// The jobs on models: one at a time, in the order they came; stored on disk, so that none is forgotten when the app ends.
import { isDeepStrictEqual } from "node:util";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { Job, JobId, JobPhase, JobState } from "../../contract/jobQueue";
import type { DeltaId, ModelId } from "../../contract/ids";
import type { JsonFile } from "../JsonFile";
import type { JobOrder, SavedJobs } from "./jobOrder";

/** A queue of days; more is a mistake of whoever asks. */
const MAX_JOBS = 100;

/** The reason of JobControls.signal when the user wants no more of the job; the app's end has another. */
export const CANCELLED = "cancelled";

export interface JobControls {
  signal: AbortSignal;
  onPhase: (phase: JobPhase) => void;
}

export interface JobProduct {
  modelId: ModelId | null;
  deltaId: DeltaId | null;
  qualityFailure: Failure | null;
}

export interface JobQueueOptions {
  file: JsonFile<SavedJobs>;
  newId: () => JobId;
  /** Never rejects for what may go wrong with models, disks and processes. */
  run: (order: JobOrder, controls: JobControls) => Promise<Outcome<JobProduct>>;
  onChanged: (jobs: Job[]) => void;
  /** A process works from now on, or no more. */
  onBusy: (isBusy: boolean) => void;
  /** Something went wrong that no job can show; for the log. */
  onProblem: (error: unknown) => void;
  now: () => number;
}

interface Entry {
  id: JobId;
  order: JobOrder;
  state: { kind: "queued" } | Exclude<JobState, { kind: "queued" }>;
}

interface Running {
  entry: Entry;
  abort: AbortController;
  ended: Promise<void>;
}

export class JobQueue {
  readonly #options: JobQueueOptions;
  #entries: Entry[];
  #running: Running | null = null;
  /** Before start and after stop nothing begins. */
  #isOpen = false;
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(options: JobQueueOptions) {
    this.#options = options;
    // What was being worked on when the application ended says that it was interrupted.
    this.#entries = options.file.value.jobs.map(({ id, order, state }) => ({
      id,
      order,
      state: state.kind === "running" ? { kind: "failed", failure: failure("job-interrupted") } : state,
    }));
  }

  /** What waited when the application ended goes on. */
  start(): void {
    this.#isOpen = true;
    this.#changed();
    this.#startNext();
  }

  list(): Job[] {
    let position = 0;
    return this.#entries.map(({ id, order, state }) => ({
      id,
      start: order.start,
      modelName: order.modelName,
      state: state.kind === "queued" ? { kind: "queued", position: ++position } : state,
    }));
  }

  /** The same again, while it waits or runs, is the same job; of one that failed it is another try, so that one's line goes. */
  add(order: JobOrder): Outcome<Job> {
    this.#entries = this.#entries.filter(
      (entry) => entry.state.kind !== "failed" || !isDeepStrictEqual(entry.order, order),
    );
    const same = this.#entries.find(
      (entry) =>
        (entry.state.kind === "queued" || entry.state.kind === "running") && isDeepStrictEqual(entry.order, order),
    );
    if (same === undefined && this.#entries.length >= MAX_JOBS)
      return fail("request-invalid", undefined, "too many jobs");
    const entry = same ?? { id: this.#options.newId(), order, state: { kind: "queued" } };
    if (same === undefined) this.#entries.push(entry);
    this.#startNext();
    this.#changed();
    const job = this.list().find(({ id }) => id === entry.id);
    return job === undefined ? fail("not-found") : succeed(job);
  }

  /** At once. The line goes when the process is gone and what it left half-written is removed; what had come to its end stays. */
  async cancel(id: JobId): Promise<Outcome<undefined>> {
    const entry = this.#find(id);
    if (entry === undefined) return fail("not-found");
    if (this.#running?.entry !== entry) {
      this.#remove(entry);
      return succeed(undefined);
    }
    this.#running.abort.abort(CANCELLED);
    await this.#running.ended;
    return succeed(undefined);
  }

  retry(id: JobId): Outcome<undefined> {
    const entry = this.#find(id);
    if (entry?.state.kind !== "failed") return fail("not-found");
    entry.state = { kind: "queued" };
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
    this.#startNext();
    this.#changed();
    return succeed(undefined);
  }

  dismiss(id: JobId): Outcome<undefined> {
    const entry = this.#find(id);
    if (entry === undefined || entry.state.kind === "running" || entry.state.kind === "queued")
      return fail("not-found");
    this.#remove(entry);
    return succeed(undefined);
  }

  /** Ends what runs; it starts again, from its beginning, at the next start of the app. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    this.#running?.abort.abort("closing");
    await this.#running?.ended;
    await this.#lastSave;
  }

  #find(id: JobId): Entry | undefined {
    return this.#entries.find((entry) => entry.id === id);
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#changed();
  }

  #startNext(): void {
    const entry = this.#entries.find(({ state }) => state.kind === "queued");
    if (!this.#isOpen || this.#running !== null || entry === undefined) return;
    const abort = new AbortController();
    entry.state = { kind: "running", phase: null };
    const running: Running = { entry, abort, ended: Promise.resolve() };
    this.#running = running;
    this.#options.onBusy(true);
    running.ended = this.#run(entry, abort.signal).finally(() => {
      this.#running = null;
      if (abort.signal.reason === CANCELLED && entry.state.kind === "queued")
        this.#entries = this.#entries.filter((other) => other !== entry);
      this.#options.onBusy(false);
      this.#startNext();
      this.#changed();
    });
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    const { run, now, onChanged, onProblem } = this.#options;
    const startedMs = now();
    const onPhase = (phase: JobPhase) => {
      if (entry.state.kind !== "running") return;
      const wasWorking = isWorking(entry);
      entry.state = { kind: "running", phase };
      // On the disk only what a later start must know.
      if (wasWorking === isWorking(entry)) onChanged(this.list());
      else this.#changed();
    };
    let outcome: Outcome<JobProduct>;
    try {
      outcome = await run(entry.order, { signal, onPhase });
    } catch (error) {
      onProblem(error);
      outcome = fail("internal", undefined, error);
    }
    if (outcome.ok) entry.state = { kind: "done", ...outcome.value, tookMs: now() - startedMs };
    // For the next start of the app, unless it was cancelled.
    else if (signal.aborted) entry.state = { kind: "queued" };
    else entry.state = { kind: "failed", failure: outcome.failure };
  }

  #changed(): void {
    this.#options.onChanged(this.list());
    const jobs = this.#entries.flatMap(({ id, order, state }): SavedJobs["jobs"] => {
      switch (state.kind) {
        case "done":
          return [];
        case "failed":
          return [{ id, order, state }];
        default:
          // A download goes on by itself; only work in a process is lost when the app is.
          return [
            {
              id,
              order,
              state: { kind: state.kind === "running" && state.phase?.kind === "work" ? "running" : "queued" },
            },
          ];
      }
    });
    this.#lastSave = this.#options.file.save({ jobs }).then((saved) => {
      if (!saved.ok) this.#options.onProblem(new Error(`jobs.json: ${saved.failure.cause ?? saved.failure.code}`));
    });
  }
}

function isWorking({ state }: Entry): boolean {
  return state.kind === "running" && state.phase?.kind === "work";
}
