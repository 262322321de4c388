// Kills many moves of a models folder and prints what came of them: `node scripts/run.mjs e2e/moves/killMoves.ts [runs] [first seed]`.
import { killMove } from "./killMove";

const [runs = 50, firstSeed = 1] = process.argv.slice(2).map(Number);
const results: Record<string, number> = {};
let bad = 0;
let moves = 0;
for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
  const killed = await killMove(seed);
  moves += killed.moves;
  for (const result of killed.results) results[result] = (results[result] ?? 0) + 1;
  const good = killed.isWhole && killed.leftBehind.length === 0;
  if (!good) bad++;
  console.log(`${good ? "ok " : "BAD"} ${JSON.stringify(killed)}`);
}
console.log(JSON.stringify({ runs, bad, moves, results }));
process.exitCode = bad === 0 ? 0 : 1;
