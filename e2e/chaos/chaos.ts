// `npm run chaos`: hundreds of operations drawn from everything that the application can do, with kills, full disks and jumping clocks
// among them; after each end everything that was shown as stored is looked for. Options: --seed N, --operations N, --kills N (instead of
// operations: work and kills by turns), --verbose (each operation), --broken (with a fault that must be found: the exit code is 0 when it was).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildApp } from "../../scripts/build";
import { breakBuild } from "./brokenBuild";
import { ChaosRun, type ChaosFigures } from "./ChaosRun";
import { operationNames, type OperationName } from "./operations";
import { ChaosRandom } from "./ChaosRandom";

const LEAST_OF_EACH = 5;
const KILL: OperationName = "the application is killed";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    operations: { type: "string", default: "500" },
    kills: { type: "string" },
    verbose: { type: "boolean", default: false },
    broken: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

await buildApp();
const folder = mkdtempSync(path.join(tmpdir(), "facet-chaos-"));
const built = path.resolve(".vite/build");
// Beside the sound one, where it finds the same packages.
const broken = path.resolve(`.vite-broken-${process.pid}`);
const scripts = values.broken ? await breakBuild(built, broken) : built;
const run = await ChaosRun.begin(seed, folder, scripts);
const drawn =
  values.kills === undefined ? drawnOperations(Number(values.operations)) : drawnKills(Number(values.kills));
for (const [step, name] of drawn.entries()) {
  if (values.verbose) console.log(`${step}: ${name}`);
  await run.do(name, step);
  if (values.broken && run.figures.problems.length > 0) break;
  if (step % 25 === 24) console.log(`${step + 1} of ${drawn.length} (${run.figures.problems.length} problems)`);
}
const figures = await run.end();
for (const made of [folder, broken]) rmSync(made, { recursive: true, force: true });
report(figures);
process.exitCode = (figures.problems.length === 0) === values.broken ? 1 : 0;

/** Each at least five times, the rest by chance, in an order of its own. */
function drawnOperations(count: number): OperationName[] {
  const random = new ChaosRandom(seed);
  const least = operationNames.flatMap((name) => Array.from({ length: LEAST_OF_EACH }, () => name));
  const more = Array.from(
    { length: Math.max(0, count - least.length) },
    () => operationNames[random.below(operationNames.length)] ?? KILL,
  );
  return random.shuffled([...least, ...more]).slice(0, count);
}

function drawnKills(count: number): OperationName[] {
  const random = new ChaosRandom(seed);
  const work = operationNames.filter((name) => !/^the |^a job|^a file/u.test(name));
  return Array.from({ length: count }, () => [work[random.below(work.length)] ?? KILL, KILL]).flat();
}

function report({ histogram, kills, wordsLost, halfWritten, longestHoldMs, problems }: ChaosFigures): void {
  for (const [name, count] of [...histogram].sort(([, one], [, other]) => other - one))
    console.log(`${String(count).padStart(4)}  ${name}`);
  for (const problem of problems) console.error(`✗ ${problem}`);
  console.log(
    JSON.stringify({
      seed,
      "chaos.operations": drawn.length,
      "chaos.kills": kills,
      "chaos.words_lost": wordsLost,
      "chaos.half_written": halfWritten,
      "main.longest_hold_ms": Math.round(longestHoldMs),
      problems: problems.length,
    }),
  );
}
