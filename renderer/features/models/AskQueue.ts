// Asks main for many small answers, a few at a time, in the order of the requests; one that is taken back is not asked, or ended where that can be. Renderer.

interface Entry {
  /** Two places on screen can want the same. */
  requests: number;
  readonly ask: () => Promise<void>;
  readonly end: (() => void) | null;
  isEnded: boolean;
}

export class AskQueue {
  readonly #limit: number;
  /** In the order of the requests. */
  readonly #waiting = new Map<string, Entry>();
  readonly #running = new Map<string, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Hands back the function that takes the request back. What has been asked already is ended with `end`, or left to finish without one. */
  want(key: string, ask: () => Promise<void>, end: (() => void) | null = null): () => void {
    const running = this.#running.get(key);
    const known = running === undefined || running.isEnded ? this.#waiting.get(key) : running;
    const entry = known ?? { requests: 0, ask, end, isEnded: false };
    entry.requests++;
    if (known === undefined) this.#waiting.set(key, entry);
    // After this round of effects: what is drawn at the same time is ordered by request, not by chance.
    queueMicrotask(() => this.#next());
    let taken = false;
    return () => {
      if (taken) return;
      taken = true;
      entry.requests--;
      if (entry.requests > 0) return;
      if (this.#waiting.get(key) === entry) this.#waiting.delete(key);
      else if (this.#running.get(key) === entry && entry.end !== null) {
        entry.isEnded = true;
        entry.end();
      }
    };
  }

  #next(): void {
    for (const [key, entry] of this.#waiting) {
      if (this.#running.size >= this.#limit) return;
      // The same was asked, ended, and has not answered yet.
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.set(key, entry);
      void entry.ask().finally(() => {
        this.#running.delete(key);
        this.#next();
      });
    }
  }
}
