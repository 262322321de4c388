// `npm run fuzz`: hostile inputs of every kind, seeded. The last lines are the figures; the exit code is 1 when something was found.
// Options: --kind NAME[,NAME…], --seed N (1), --index N (that input alone), --count N (of each kind), --minutes N (for all kinds
// together; what is not tried by then is left out), --findings FOLDER (fuzz/findings), --json (the figures once more).
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { exitWith, StepError } from "../scripts/step";
import type { FuzzKind } from "./FuzzKind";
import { fuzzKinds, kindNamed } from "./kinds/allKinds";
import { runKind, type FuzzLimits, type KindResult } from "./runKind";
import { repeatCommand } from "./saveFinding";

const HANG_MS = 5_000;
const SHRINK_MS = 20_000;
const OPTIONS = {
  kind: { type: "string" },
  seed: { type: "string", default: "1" },
  index: { type: "string" },
  count: { type: "string" },
  minutes: { type: "string" },
  findings: { type: "string", default: path.join("fuzz", "findings") },
  json: { type: "boolean", default: false },
} as const;

export interface FuzzRequest {
  kinds: readonly FuzzKind[];
  seed: number;
  /** That input alone. */
  index: number | null;
  /** null: as many as the kind has for a whole run. */
  count: number | null;
}

/** Says what it does as it goes. Returns whether nothing was found, and the figures. */
export async function fuzz(
  { kinds, seed, index, count }: FuzzRequest,
  limits: FuzzLimits,
  say: (line: string) => void,
): Promise<{ isClean: boolean; figures: Record<string, number> }> {
  const results = new Map<FuzzKind, KindResult>();
  for (const kind of kinds) {
    const [from, to] = index === null ? [0, count ?? kind.count] : [index, index + 1];
    const result = await runKind(kind, { seed, from, to }, limits);
    results.set(kind, result);
    say(kindLine(kind, result));
    for (const finding of result.findings) {
      const { fault, detail, isRepeatable, count: alike, folder } = finding;
      say(`  ✗ ${fault}${alike > 1 ? `, ${alike} inputs` : ""}: ${detail.split("\n").slice(0, 6).join("\n    ")}`);
      say(`    ${repeatCommand(finding)}${isRepeatable ? "" : " (alone it passes: it needs those before it)"}`);
      say(`    saved in ${folder}`);
    }
  }
  return { isClean: [...results.values()].every(({ findings }) => findings.length === 0), figures: figuresOf(results) };
}

function kindLine({ name, readBy }: FuzzKind, result: KindResult): string {
  const { inputs, accepted, refused, findings, longestHold, peakBytes, tookMs } = result;
  const words = [
    `${inputs} inputs`,
    `${accepted} accepted`,
    `${refused} refused in words`,
    `${findings.length} findings`,
    `${(tookMs / 1000).toFixed(1)} s`,
    `${Math.round(peakBytes / 1e6)} MB`,
    ...(readBy === "main" && longestHold !== null
      ? [`longest hold ${longestHold.ms.toFixed(1)} ms at index ${longestHold.index}`]
      : []),
  ];
  return `${findings.length === 0 ? "✓" : "✗"} ${name}: ${words.join(", ")}`;
}

function figuresOf(results: ReadonlyMap<FuzzKind, KindResult>): Record<string, number> {
  const all = [...results];
  const sum = (of: (result: KindResult, kind: FuzzKind) => number) =>
    all.reduce((total, [kind, result]) => total + of(result, kind), 0);
  const inMain = (of: (result: KindResult) => number) =>
    sum((result, { readBy }) => (readBy === "main" ? of(result) : 0));
  return {
    ...Object.fromEntries(all.map(([{ name }, { inputs }]) => [`fuzz.inputs.${name}`, inputs])),
    "fuzz.inputs": sum(({ inputs }) => inputs),
    "fuzz.findings": sum(({ findings }) => findings.length),
    "fuzz.main_crashes": inMain(
      ({ findings }) => findings.filter(({ fault }) => fault === "crash" || fault === "uncaught-error").length,
    ),
    "fuzz.hangs": sum(({ findings }) => findings.filter(({ fault }) => fault === "hang").length),
    "fuzz.processor_s": Math.round(sum(({ processMs }) => processMs) / 1000),
    "fuzz.peak_memory_mb": Math.round(Math.max(0, ...all.map(([, { peakBytes }]) => peakBytes)) / 1e6),
    "main.longest_hold_ms": Math.max(0, ...all.map(([, { longestHold }]) => round(longestHold?.ms ?? 0))),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const number = (name: "seed" | "index" | "count" | "minutes"): number | null => {
    const word = values[name];
    if (word === undefined) return null;
    if (!/^\d{1,9}$/u.test(word)) throw new StepError(`--${name} needs a number, not ${word}.`);
    return Number(word);
  };
  const names = values.kind?.split(",") ?? null;
  const minutes = number("minutes");
  const startedMs = performance.now();
  const { isClean, figures } = await fuzz(
    {
      kinds: names === null ? fuzzKinds : names.map(kindNamed),
      seed: number("seed") ?? 1,
      index: number("index"),
      count: number("count"),
    },
    {
      hangMs: HANG_MS,
      shrinkMs: SHRINK_MS,
      untilMs: minutes === null ? Infinity : startedMs + minutes * 60_000,
      folder: values.findings,
    },
    console.log,
  );
  console.log(`\n${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(30)}  ${value}`);
  if (values.json) console.log(JSON.stringify(figures));
  process.exitCode = isClean ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main().catch(exitWith);
