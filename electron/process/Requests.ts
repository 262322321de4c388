// What a process was asked and has not answered yet, and until when it has to.

export interface OpenRequest<Id, Question> {
  readonly id: Id;
  readonly question: Question;
  /** The process was told to leave it, which it answers too. */
  readonly isCancelled: boolean;
}

interface Entry<Id, Question> extends OpenRequest<Id, Question> {
  isCancelled: boolean;
  readonly timeLimitMs: number;
  deadlineMs: number;
}

export class Requests<Id, Question> {
  readonly #now: () => number;
  readonly #open = new Map<Id, Entry<Id, Question>>();

  /** In ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  all(): OpenRequest<Id, Question>[] {
    return [...this.#open.values()];
  }

  get(id: Id): OpenRequest<Id, Question> | undefined {
    return this.#open.get(id);
  }

  /** `timeLimitMs`: Infinity for as long as it takes. */
  add(id: Id, question: Question, timeLimitMs: number): void {
    this.#open.set(id, { id, question, isCancelled: false, timeLimitMs, deadlineMs: this.#now() + timeLimitMs });
  }

  /** It moves: its time begins anew. */
  restartTime(id: Id): void {
    const entry = this.#open.get(id);
    if (entry !== undefined && !entry.isCancelled) entry.deadlineMs = this.#now() + entry.timeLimitMs;
  }

  /** False for what is cancelled or answered already. */
  cancel(id: Id, graceMs: number): boolean {
    const entry = this.#open.get(id);
    if (entry === undefined || entry.isCancelled) return false;
    entry.isCancelled = true;
    entry.deadlineMs = this.#now() + graceMs;
    return true;
  }

  /** It has been answered. */
  take(id: Id): OpenRequest<Id, Question> | undefined {
    const entry = this.#open.get(id);
    this.#open.delete(id);
    return entry;
  }

  takeAll(): OpenRequest<Id, Question>[] {
    const all = this.all();
    this.#open.clear();
    return all;
  }

  late(): OpenRequest<Id, Question>[] {
    const now = this.#now();
    return [...this.#open.values()].filter(({ deadlineMs }) => now >= deadlineMs);
  }

  /** Time in which the process could not answer. */
  addTime(ms: number): void {
    for (const entry of this.#open.values()) entry.deadlineMs += ms;
  }
}
