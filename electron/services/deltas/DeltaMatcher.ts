// Which deltas go with which model: by their shapes, and by the base's fingerprint where the delta carries one. Asks once
// for each pair of contents. Main process or plain Node.
import { stat } from "node:fs/promises";
import type { DeltaMatch } from "../../contract/fitProtocol";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { DeltaId } from "../../contract/ids";

const MAX_REMEMBERED = 2_000;

export interface DeltaAt {
  deltaId: DeltaId;
  path: string;
}

export interface DeltaMatcherOptions {
  /** Compares headers, in a process that may die of them. */
  compareShapes: (modelPath: string, deltas: DeltaAt[]) => Promise<Outcome<DeltaMatch[]>>;
}

export class DeltaMatcher {
  readonly #options: DeltaMatcherOptions;
  readonly #known = new Map<string, DeltaMatch>();

  constructor(options: DeltaMatcherOptions) {
    this.#options = options;
  }

  /**
   * In the order of `deltas`. `modelPaths`: all parts of the model. Failures: "model-missing", those of the model's
   * header; a delta that does not go with it is no failure but a match that says so.
   */
  async match(modelPaths: readonly string[], deltas: readonly DeltaAt[]): Promise<Outcome<DeltaMatch[]>> {
    const model = await identityOf(modelPaths);
    const [modelPath] = modelPaths;
    if (model === null || modelPath === undefined) return fail("model-missing");
    const keyOf = ({ deltaId }: DeltaAt) => `${deltaId} ${model}`;
    const missing = deltas.filter((delta) => !this.#known.has(keyOf(delta)));
    if (missing.length > 0) {
      const compared = await this.#options.compareShapes(modelPath, missing);
      if (!compared.ok) return compared;
      if (this.#known.size + missing.length > MAX_REMEMBERED) this.#known.clear();
      for (const match of compared.value) {
        // A file that could not be read may be there again the next time.
        if (match.failure === null || match.failure.code.startsWith("delta-")) this.#known.set(`${match.deltaId} ${model}`, match);
        else return { ok: false, failure: match.failure };
      }
    }
    return succeed(deltas.flatMap((delta) => this.#known.get(keyOf(delta)) ?? []));
  }
}

/** Changes when a part is replaced; null when one is gone. */
async function identityOf(paths: readonly string[]): Promise<string | null> {
  const facts = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  if (facts.includes(null)) return null;
  return facts.map((fact, index) => `${paths[index] ?? ""}:${fact?.size ?? 0}:${fact?.mtimeMs ?? 0}`).join("|");
}
