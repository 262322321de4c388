// Whether Facet may use the network, and for what, as the user set it: the one place that every connection has to pass.
import { fail, type Outcome } from "../contract/failure";
import type { NetworkUse } from "../contract/networkUses";
import type { AppSettings } from "../contract/settings";
import type { Http } from "./hub/http";

/** Thrown in place of a connection. */
export class SwitchedOff extends Error {
  override readonly name = "SwitchedOff";
  readonly use: NetworkUse;

  constructor(use: NetworkUse) {
    super(`switched off: ${use}`);
    this.use = use;
  }
}

export class NetworkSwitches {
  readonly #settings: { readonly value: Pick<AppSettings, "network"> };
  /** Of what goes on now. */
  readonly #running = new Set<{ use: NetworkUse; controller: AbortController }>();

  constructor(settings: { readonly value: Pick<AppSettings, "network"> }) {
    this.#settings = settings;
  }

  allows(use: NetworkUse): boolean {
    return this.#settings.value.network[use];
  }

  /** Breaks off what goes on for a use that is switched off by now. */
  changed(): void {
    for (const { use, controller } of this.#running) if (!this.allows(use)) controller.abort(new SwitchedOff(use));
  }

  /** The same port, for this use: rejects with SwitchedOff, also in the middle of a body. */
  gate(use: NetworkUse, http: Http): Http {
    return async (request) => {
      const run = this.#begin(use, request.signal);
      try {
        const response = await http({ ...request, signal: run.signal });
        return {
          status: response.status,
          header: (name) => response.header(name),
          readBody: (sink) => response.readBody(sink).finally(run.end),
          discard() {
            run.end();
            response.discard();
          },
        };
      } catch (error) {
        run.end();
        throw error;
      }
    };
  }

  /** For what connects by itself, as another program does. Failures: "switched-off", and those of `work`. */
  async during<Value>(
    use: NetworkUse,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (!this.allows(use)) return fail("switched-off", { use });
    const run = this.#begin(use, signal);
    try {
      const outcome = await work(run.signal);
      return !outcome.ok && run.signal.reason instanceof SwitchedOff ? fail("switched-off", { use }) : outcome;
    } finally {
      run.end();
    }
  }

  /** By hand, not AbortSignal.any: a combined signal that nobody holds is collected in mid-body, and ends nothing. */
  #begin(use: NetworkUse, asked: AbortSignal): { signal: AbortSignal; end: () => void } {
    if (!this.allows(use)) throw new SwitchedOff(use);
    const controller = new AbortController();
    const abort = (): void => controller.abort(asked.reason);
    const run = { use, controller };
    this.#running.add(run);
    asked.addEventListener("abort", abort, { once: true });
    if (asked.aborted) abort();
    return {
      signal: controller.signal,
      end: () => {
        this.#running.delete(run);
        asked.removeEventListener("abort", abort);
      },
    };
  }
}
