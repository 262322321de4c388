// Which deltas go with which model: by their shapes, and by the base's fingerprint where the delta carries one. Asks once
// for each pair of contents.
import { stat } from "node:fs/promises";
import type { DeltaMatch } from "../../contract/fitProtocol";
import type { BaseVerdict } from "../../contract/deltaJobs";
import { fail, failure, succeed, type Failure, type Outcome } from "../../contract/failure";
import type { DeltaId } from "../../contract/ids";
import type { Log } from "../LogFile";

const MAX_REMEMBERED = 2_000;

export interface DeltaAt {
  deltaId: DeltaId;
  path: string;
  /** Carries its base's fingerprint: the base can be recognised, not only its shapes. */
  hasFingerprint: boolean;
  /** Of the base it was made for, where the file says. */
  baseName: string | null;
}

export interface DeltaMatcherOptions {
  /** Compares headers, in a process that may die of them. */
  compareShapes: (modelPath: string, deltas: { deltaId: DeltaId; path: string }[]) => Promise<Outcome<DeltaMatch[]>>;
  /** Compares samples of the base's weights with the fingerprint, in a process of its own. */
  checkBase: (deltaPath: string, modelPath: string) => Promise<Outcome<BaseVerdict>>;
  log: Log;
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
    const keyOf = (deltaId: DeltaId) => `${deltaId} ${model}`;
    const missing = deltas.filter(({ deltaId }) => !this.#known.has(keyOf(deltaId)));
    const found = new Map(
      deltas.flatMap(({ deltaId }): [DeltaId, DeltaMatch][] => {
        const known = this.#known.get(keyOf(deltaId));
        return known === undefined ? [] : [[deltaId, known]];
      }),
    );
    if (missing.length > 0) {
      const compared = await this.#options.compareShapes(
        modelPath,
        missing.map(({ deltaId, path }) => ({ deltaId, path })),
      );
      if (!compared.ok) return compared;
      for (const byShapes of compared.value) {
        const delta = missing.find(({ deltaId }) => deltaId === byShapes.deltaId);
        const match =
          delta === undefined || byShapes.failure !== null
            ? byShapes
            : await this.#byFingerprint(delta, modelPath, byShapes);
        found.set(match.deltaId, match);
        // A file that could not be read, or a process that died, may do the next time.
        if (match.failure === null || match.failure.code.startsWith("delta-"))
          this.#remember(keyOf(match.deltaId), match);
      }
    }
    return succeed(deltas.flatMap(({ deltaId }) => found.get(deltaId) ?? []));
  }

  #remember(key: string, match: DeltaMatch): void {
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(key, match);
  }

  /** Shapes fit; now whether it is this base, or another of the same family. */
  async #byFingerprint(delta: DeltaAt, modelPath: string, byShapes: DeltaMatch): Promise<DeltaMatch> {
    if (!delta.hasFingerprint) return byShapes;
    const { deltaId } = delta;
    const checked = await this.#options.checkBase(delta.path, modelPath);
    if (!checked.ok) {
      // Without a compiler there is no addon to compare fingerprints: shapes alone must do then.
      this.#options.log("warn", "a delta's base was not recognised", {
        code: checked.failure.code,
        cause: checked.failure.cause ?? "",
      });
      return checked.failure.code === "addon-missing"
        ? byShapes
        : { deltaId, match: "refused", failure: checked.failure };
    }
    const base = delta.baseName === null ? {} : { base: delta.baseName };
    const refused = (why: Failure): DeltaMatch => ({ deltaId, match: "refused", failure: why });
    switch (checked.value) {
      case "same":
        return { deltaId, match: "fits", failure: null };
      case "unknown":
        return byShapes;
      case "other-architecture":
        return refused(failure("delta-other-architecture", base));
      case "other-shapes":
        return refused(failure("delta-shapes-differ", base));
      case "other-tokenizer":
      case "other-weights":
        return refused(failure("delta-other-base", base));
      case "trained-further":
        return refused(failure("delta-other-base", { ...base, reason: "trained-further" }));
      case "is-fine-tune":
        return refused(failure("delta-other-base", { ...base, reason: "is-the-fine-tune" }));
    }
  }
}

/** Changes when a part is replaced; null when one is gone. */
async function identityOf(paths: readonly string[]): Promise<string | null> {
  const facts = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  if (facts.includes(null)) return null;
  return facts.map((fact, index) => `${paths[index] ?? ""}:${fact?.size ?? 0}:${fact?.mtimeMs ?? 0}`).join("|");
}
