// Waits for work that cannot be stopped itself, such as a call to the file system, only until a signal says so. Any process.

/** Rejects with the signal's reason as soon as it is aborted; what becomes of the work then, nobody hears. */
export function abandonable<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abandon, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abandon));
    if (signal.aborted) abandon();
  });
}
