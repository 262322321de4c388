// Rank and alpha of each module, by the patterns of adapter_config.json, as peft itself reads them (get_pattern_key in
// tuners/tuners_utils.py and utils/other.py). Job process.
import { Script } from "node:vm";
import type { PeftConfig } from "../../contract/peftConfig";
import { JobError } from "../jobs/JobError";
import { unwrapped } from "./peftNames";

/** Real patterns take milliseconds; a regular expression can be made to take forever. */
const MATCH_TIMEOUT_MS = 1000;
/** In a context of its own, because only there a running match can be ended. It gets texts and gives back numbers. */
const MATCH = new Script(
  "const made = patterns.map((pattern) => new RegExp(pattern)); modules.map((module) => made.findIndex((pattern) => pattern.test(module)))",
);

export interface ModuleRank {
  rank: number;
  alpha: number;
}

/** In the order of `modules` ("model.layers.0.self_attn.q_proj"). Throws JobError "peft-config-invalid". */
export function moduleRanks(
  { rank, alpha, rankPattern, alphaPattern }: PeftConfig,
  modules: readonly string[],
): ModuleRank[] {
  const ranks = matched(rankPattern, modules, rank);
  const alphas = matched(alphaPattern, modules, alpha);
  return modules.map((_, index) => ({ rank: ranks[index] ?? rank, alpha: alphas[index] ?? alpha }));
}

/** The value of the first pattern that the whole module name, or its end after a dot, matches. */
function matched(patterns: ReadonlyMap<string, number>, modules: readonly string[], otherwise: number): number[] {
  if (patterns.size === 0) return modules.map(() => otherwise);
  // Written while the model was wrapped, they name its wrappers too.
  const sources = [...patterns.keys()]
    .map(unwrapped)
    .map((key) => (key.startsWith("^") ? key : `^(?:.*\\.)?(?:${key})$`));
  const values = [...patterns.values()];
  let found: number[];
  try {
    found = MATCH.runInNewContext({ patterns: sources, modules }, { timeout: MATCH_TIMEOUT_MS }) as number[];
  } catch (error) {
    throw JobError.because(
      "peft-config-invalid",
      { reason: "pattern-unusable" },
      error instanceof Error ? error.message : "",
    );
  }
  return modules.map((_, index) => values[found[index] ?? -1] ?? otherwise);
}
