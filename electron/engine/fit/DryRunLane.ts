// One dry run at a time, those that a user waits for first. Fit process.

export class DryRunLane {
  #isBusy = false;
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];

  /** Rejects with what `task` throws, and with the signal's reason, in place of a task that was cancelled while it waited. */
  async run<Value>(isUrgent: boolean, signal: AbortSignal, task: () => Promise<Value>): Promise<Value> {
    if (this.#isBusy) await new Promise<void>((begin) => (isUrgent ? this.#urgent : this.#others).push(begin));
    this.#isBusy = true;
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      const next = this.#urgent.shift() ?? this.#others.shift();
      if (next === undefined) this.#isBusy = false;
      else next();
    }
  }
}
