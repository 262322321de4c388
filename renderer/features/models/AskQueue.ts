// Asks main for many small answers, a few at a time, in the order of the wishes; one that is taken back before its turn is not asked. Renderer.

export class AskQueue {
  readonly #limit: number;
  /** In the order of the wishes; each is counted, because two places on screen can want the same. */
  readonly #waiting = new Map<string, { wishes: number; readonly ask: () => Promise<void> }>();
  readonly #running = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Hands back the function that takes the wish back. What has been asked already is left to finish. */
  want(key: string, ask: () => Promise<void>): () => void {
    const known = this.#waiting.get(key);
    if (known !== undefined) known.wishes++;
    else if (!this.#running.has(key)) this.#waiting.set(key, { wishes: 1, ask });
    // After this round of effects: what is drawn at the same time is ordered by wish, not by chance.
    queueMicrotask(() => this.#next());
    let taken = false;
    return () => {
      const entry = this.#waiting.get(key);
      if (taken || entry === undefined) return;
      taken = true;
      entry.wishes--;
      if (entry.wishes === 0) this.#waiting.delete(key);
    };
  }

  #next(): void {
    for (const [key, { ask }] of this.#waiting) {
      if (this.#running.size >= this.#limit) return;
      this.#waiting.delete(key);
      this.#running.add(key);
      void ask().finally(() => {
        this.#running.delete(key);
        this.#next();
      });
    }
  }
}
