// One dry run at a time, those that a user waits for first. Fit process.

export class DryRunLane {
  #isBusy = false;
  readonly #urgent = new Set<() => void>();
  readonly #others = new Set<() => void>();

  /** Rejects with what `task` throws, and with the signal's reason, at once, in place of a task that is cancelled while it waits. */
  async run<Value>(isUrgent: boolean, signal: AbortSignal, task: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted();
    if (this.#isBusy) await this.#turn(isUrgent ? this.#urgent : this.#others, signal);
    this.#isBusy = true;
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#isBusy = false;
      const [begin] = [...this.#urgent, ...this.#others];
      begin?.();
    }
  }

  #turn(line: Set<() => void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        line.delete(begin);
        signal.removeEventListener("abort", cancel);
      };
      const cancel = () => {
        leave();
        reject(signal.reason as Error);
      };
      const begin = () => {
        leave();
        // Nobody gets in between until the task begins.
        this.#isBusy = true;
        resolve();
      };
      line.add(begin);
      signal.addEventListener("abort", cancel, { once: true });
    });
  }
}
