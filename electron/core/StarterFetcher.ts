// The starter model's state and the one fetch of it that may run.
import type { Outcome } from "../contract/failure";
import type { StarterState } from "../contract/model";
import type { StarterProgress } from "./starterModel";

export interface StarterFetcherOptions {
  isPresent: boolean;
  /** Fetches the file and returns its path. */
  fetchModel: (signal: AbortSignal, onProgress: (progress: StarterProgress) => void) => Promise<Outcome<string>>;
  onChanged: (state: StarterState) => void;
}

export class StarterFetcher {
  readonly #options: StarterFetcherOptions;
  #state: StarterState;
  #running: AbortController | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: StarterFetcherOptions) {
    this.#options = options;
    this.#state = options.isPresent ? { kind: "present" } : { kind: "missing", failure: null };
  }

  get state(): StarterState {
    return this.#state;
  }

  /** Resolves with the path when it is there, with null when it is not. A second call while one runs does nothing. */
  async get(): Promise<string | null> {
    if (this.#running) return null;
    const controller = new AbortController();
    this.#running = controller;
    const fetching = this.#fetch(controller);
    this.#ended = fetching.catch(() => undefined);
    return fetching;
  }

  /** How the fetch ended that runs now, if one does. */
  async whenEnded(): Promise<StarterState> {
    await this.#ended;
    return this.#state;
  }

  cancel(): void {
    this.#running?.abort();
  }

  async #fetch(controller: AbortController): Promise<string | null> {
    try {
      const fetched = await this.#options.fetchModel(controller.signal, (progress) => {
        if (!controller.signal.aborted) this.#set({ kind: "downloading", ...progress });
      });
      if (fetched.ok) this.#set({ kind: "present" });
      // Cancelled by the user: there is nothing to explain to them.
      else this.#set({ kind: "missing", failure: controller.signal.aborted ? null : fetched.failure });
      return fetched.ok ? fetched.value : null;
    } finally {
      this.#running = null;
    }
  }

  #set(state: StarterState): void {
    this.#state = state;
    this.#options.onChanged(state);
  }
}
