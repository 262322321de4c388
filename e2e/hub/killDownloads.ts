// Runs many seeded kill -9 downloads and prints what came of them: `node scripts/run.mjs e2e/hub/killDownloads.ts [runs] [first seed]`.
import { KILL_CHUNK_BYTES, KILL_CONNECTIONS, killRun } from "./killRun";

const [runs = 50, firstSeed = 1] = process.argv.slice(2).map(Number);
const allowed = KILL_CONNECTIONS * KILL_CHUNK_BYTES;
let kills = 0;
let worst = 0;
let bad = 0;
for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
  const run = await killRun(seed);
  kills += run.killedAtBytes.length;
  worst = Math.max(worst, run.fetchedTwicePerKill);
  const good = run.rightHash && !run.partialSeen && run.leftBehind.length === 0 && run.fetchedTwicePerKill <= allowed;
  if (!good) bad++;
  console.log(`${good ? "ok " : "BAD"} ${JSON.stringify(run)}`);
}
console.log(JSON.stringify({ runs, kills, bad, worstFetchedTwicePerKill: worst, allowed }));
process.exitCode = bad === 0 ? 0 : 1;
