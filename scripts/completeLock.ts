// Adds to package-lock.json what it lacks of other systems' libraries, and nothing else. For a release workflow, where all are published:
// node scripts/run.mjs scripts/completeLock.ts. Fails with the names of those that are still missing.
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { allLackingPackages, type LockEntries } from "./lackingPackages.mjs";
import { npmCommand } from "./npmPackage.mjs";
import { exitWith, step, StepError } from "./step";

const LOCK = "package-lock.json";
/** Before it npm takes a lock for complete that has the libraries of one system. */
const OLDEST_NPM = "11.6.0";

async function completeLock(): Promise<string> {
  const before = await readFile(LOCK, "utf8");
  if (lackingIn(before).length === 0) return "it has every system's libraries";
  const version = npm(["--version"]).trim();
  if (version.localeCompare(OLDEST_NPM, "en", { numeric: true }) < 0)
    throw new StepError(`This needs npm ${OLDEST_NPM} or newer; this one is ${version}.`);
  try {
    npm(["install", "--package-lock-only", "--no-audit", "--no-fund", "--loglevel=error"]);
    const after = await readFile(LOCK, "utf8");
    const changed = Object.entries(entriesOf(before)).filter(
      ([name, entry]) => !isDeepStrictEqual(entriesOf(after)[name], entry),
    );
    if (changed.length > 0)
      throw new StepError(`npm would also change ${changed.map(([name]) => name || "the project itself").join(", ")}.`);
  } catch (error) {
    await writeFile(LOCK, before);
    throw error;
  }
  const after = await readFile(LOCK, "utf8");
  const lacking = lackingIn(after);
  if (lacking.length > 0) throw new StepError(`npm's registry does not have ${lacking.join(", ")}.`);
  return `${Object.keys(entriesOf(after)).length - Object.keys(entriesOf(before)).length} entries added`;
}

function lackingIn(lock: string): string[] {
  return allLackingPackages(entriesOf(lock)).flatMap(({ wanted }) => wanted);
}

function entriesOf(lock: string): LockEntries {
  return (JSON.parse(lock) as { packages: LockEntries }).packages;
}

function npm(args: string[]): string {
  const [command, ...own] = npmCommand();
  const { status, stdout, stderr } = spawnSync(command, [...own, ...args], { encoding: "utf8" });
  if (status !== 0) throw new StepError(`npm ${args[0]} failed: ${stderr?.trim() ?? ""}`);
  return stdout;
}

await step("Lock", completeLock).catch(exitWith);
