// Waiting that can be cut short, and how long to wait between tries. Any Node process.

/** Settles after the time, or at once when the signal is aborted; never rejects. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

export interface BackOff {
  firstMs: number;
  maxMs: number;
}

/** Doubles with each try, with jitter, so that four connections do not knock at the same moment. `attempt` starts at 0. */
export function backOffMs({ firstMs, maxMs }: BackOff, attempt: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 20)) * (0.75 + Math.random() * 0.25);
}
