// `npm test`: sets up, then lint, types, unit tests and end-to-end tests, all of them whatever fails; the last line counts.
// Options: --only=lint|types|native|unit|e2e|slow|fuzz|chaos|native-slow|electron-node|package, --with-slow (also the longest end-to-end tests, those
// of further cases, and a little of `npm run fuzz` and `npm run chaos`), --with-sanitizers (also the native tests with sanitizers and for each
// instruction set), --with-package (also packages the app and tests the package), --e2e (with the check "package": the end-to-end tests of
// the window with the packaged app, too). electron-node: the unit tests on the Node that Electron carries, or on another with --node=VERSION.
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { runQuickNativeTests, runThoroughNativeTests, type Count } from "./nativeTests";
import { ELECTRON_NODE, otherNode } from "./otherNode";
import { attachableCopy } from "../e2e/packaged/attachableCopy";
import { setUpMachine } from "./setUp";

const VitestReport = z.object({ success: z.boolean(), numPassedTests: z.number(), numFailedTests: z.number() });
const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
});

const reports = await mkdtemp(path.join(os.tmpdir(), "facet-test-"));

const WINDOW_SPECS = [String.raw`e2e[\\/][^\\/]+\.spec\.ts`];
const QUICK = "--grep-invert=@slow";

/** null: it could not be run here, and need not be. */
const CHECKS: Readonly<Record<string, () => Promise<Count | null>>> = {
  lint: async () => {
    return sum([
      one(runTool("oxlint/bin/oxlint")),
      one(runNode(["scripts/run.mjs", "scripts/format.ts", "--check"])),
      one(runNode(["scripts/run.mjs", "scripts/words/words.ts", "--check"])),
    ]);
  },
  types: async () => one(runTool("typescript/bin/tsc", ["-b"])),
  native: runQuickNativeTests,
  unit: async () => vitest(["unit", "models"]),
  e2e: async () => {
    const window = await playwright("window", "playwright.config.ts", [...WINDOW_SPECS, QUICK]);
    // Two at a time: commands mostly start and end, and no figure of theirs has a limit.
    const commands = await playwright("commands", "playwright.config.ts", [
      String.raw`[\\/]cli[\\/]`,
      "--workers=2",
      // The first run's evidence stays.
      "--output=test-results/commands",
      QUICK,
    ]);
    return sum([window, commands]);
  },
  slow: async () => playwright("slow", "playwright.config.ts", ["--grep=@slow"]),
  // A little of `npm run fuzz`, and what shows that it finds faults.
  fuzz: async () => sum([one(runNode(["scripts/run.mjs", "fuzz/fuzz.ts", "--count=40"])), await vitest(["slow"])]),
  // Each kind of operation of `npm run chaos` five times; then a fault that it must find.
  chaos: async () =>
    sum([
      one(runNode(["scripts/run.mjs", "e2e/chaos/chaos.ts", "--operations=230"])),
      one(runNode(["scripts/run.mjs", "e2e/chaos/chaos.ts", "--operations=230", "--broken"])),
    ]),
  "native-slow": runThoroughNativeTests,
  "electron-node": async () => {
    const version = process.argv.find((arg) => arg.startsWith("--node="))?.slice("--node=".length);
    return vitest(["unit", "models"], await otherNode(version ?? ELECTRON_NODE, console.log));
  },
  package: async () => {
    const packaged = one(runNode(["scripts/run.mjs", "scripts/package.ts"]));
    if (packaged.failed > 0) return packaged;
    const tested = await playwright("package", "e2e/packaged/playwright.config.ts");
    return sum([packaged, tested, ...(process.argv.includes("--e2e") ? [await packagedEndToEnd()] : [])]);
  },
};

/** The end-to-end tests of the window, with the packaged app in place of the built one. */
async function packagedEndToEnd(): Promise<Count> {
  const copy = await attachableCopy();
  try {
    return await playwright("packaged-window", "playwright.config.ts", [...WINDOW_SPECS, QUICK], {
      FACET_E2E_PACKAGED: copy.binary,
    });
  } finally {
    await copy.remove();
  }
}

async function vitest(projects: readonly string[], node = process.execPath): Promise<Count> {
  const file = path.join(reports, `${projects[0]}.json`);
  const args = [
    "run",
    ...projects.map((project) => `--project=${project}`),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  // The first in PATH too: what the tests start is the same Node.
  const PATH = [path.dirname(node), process.env["PATH"]].join(path.delimiter);
  const exitCode = runTool("vitest/vitest.mjs", args, { PATH }, node);
  const report = await readReport(file, VitestReport);
  return honest(exitCode, report ? { passed: report.numPassedTests, failed: report.numFailedTests } : null);
}

async function playwright(
  name: string,
  config: string,
  which: string[] = [],
  env: Record<string, string> = {},
): Promise<Count> {
  const file = path.join(reports, `${name}.json`);
  const exitCode = runTool(
    "@playwright/test/cli.js",
    ["test", `--config=${config}`, "--reporter=list,json", ...which],
    { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  );
  const report = await readReport(file, PlaywrightReport);
  if (report && report.stats.skipped > 0) console.log(`${report.stats.skipped} skipped`);
  // A test that needed a second try did not pass.
  return honest(
    exitCode,
    report
      ? { passed: report.stats.expected, failed: report.stats.unexpected + report.stats.flaky + report.errors.length }
      : null,
  );
}

/** A runner that crashed, ran nothing, or complained without naming a test counts as one failure. */
function honest(exitCode: number, count: Count | null): Count {
  if (count === null) return { passed: 0, failed: 1 };
  const silent = count.failed === 0 && (exitCode !== 0 || count.passed === 0);
  return silent ? { ...count, failed: 1 } : count;
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((total, { passed, failed }) => ({
    passed: total.passed + passed,
    failed: total.failed + failed,
  }));
}

function one(exitCode: number): Count {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function runTool(file: string, args: string[] = [], env: Record<string, string> = {}, node = process.execPath): number {
  return runNode([path.join("node_modules", file), ...args], env, node);
}

function runNode(args: string[], env: Record<string, string> = {}, node = process.execPath): number {
  return spawnSync(node, args, { stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;
}

async function readReport<Report>(file: string, schema: z.ZodType<Report>): Promise<Report | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : schema.parse(JSON.parse(text));
}

async function test(args: string[]): Promise<boolean> {
  const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
  const names = only
    ? [only]
    : [
        "lint",
        "types",
        "native",
        "unit",
        "e2e",
        ...(args.includes("--with-slow") ? ["slow", "fuzz", "chaos"] : []),
        ...(args.includes("--with-sanitizers") ? ["native-slow"] : []),
        ...(args.includes("--with-package") ? ["package"] : []),
      ];
  // The app is built by the checks that open it, so that a broken build fails those and hides no other.
  const runtime = await setUpMachine();
  const total: Count = { passed: 0, failed: 0 };
  const summary: string[] = [];
  for (const name of names) {
    const check = CHECKS[name];
    if (!check) throw new Error(`There is no check named ${name}; there are ${Object.keys(CHECKS).join(", ")}`);
    console.log(`\n— ${name} —`);
    const startedMs = performance.now();
    const count = await check();
    if (count === null) {
      summary.push(`– ${name}: not run`);
      continue;
    }
    total.passed += count.passed;
    total.failed += count.failed;
    summary.push(
      `${count.failed === 0 ? "✓" : "✗"} ${name}: ${count.passed} passed, ${count.failed} failed (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`,
    );
  }
  console.log(
    `\n${summary.join("\n")}\nElectron ${runtime.version} (${runtime.source})\n${total.passed} passed, ${total.failed} failed`,
  );
  return total.failed === 0;
}

try {
  process.exitCode = (await test(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  // Nothing could be tested; that is one failure, said in the same last line.
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await rm(reports, { recursive: true, force: true });
}
