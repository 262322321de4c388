// How long the main thread is held in one go, by its own processor time: another program that takes the processor is not counted.
const BEAT_MS = 1;

export class HoldMeter {
  #longestMs = 0;
  #lastMs = threadMs();
  #timer: ReturnType<typeof setInterval> | null = null;

  start(): void {
    this.#lastMs = threadMs();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** What was longest since it was asked last; what is under way is over by then. */
  async take(): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#beat();
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  #beat(): void {
    const nowMs = threadMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
