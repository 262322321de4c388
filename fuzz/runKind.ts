// Tries the inputs of one kind, one process after the other, and looks closer at those that something is wrong with.
import { endsProcess, type Tried } from "./childProtocol";
import type { FuzzInput, FuzzKind, Verdict } from "./FuzzKind";
import { FuzzProcess } from "./FuzzProcess";
import { saveFinding } from "./saveFinding";
import { shrink } from "./shrink";

export type Fault = Extract<Verdict, { kind: "fault" }>;

export interface FuzzLimits {
  hangMs: number;
  /** Of the run as a whole: afterwards no process is started. */
  untilMs: number;
  /** For findings. */
  folder: string;
  /** For making one input smaller. */
  shrinkMs: number;
}

export interface Finding extends Fault {
  kindName: string;
  seed: number;
  index: number;
  /** Tried by itself it fails again; else it needs those before it. */
  isRepeatable: boolean;
  /** Where it was saved. */
  folder: string;
  /** Inputs with the same fault, this one included. */
  count: number;
}

export interface KindResult {
  inputs: number;
  accepted: number;
  refused: number;
  /** By the code of the failure. */
  refusals: Map<string, number>;
  findings: Finding[];
  /** null where it is not measured. */
  longestHold: { ms: number; index: number } | null;
  peakBytes: number;
  /** Processor time of the processes that tried them, without what they start themselves. */
  processMs: number;
  tookMs: number;
}

const INPUTS_PER_PROCESS = 1000;
/** Of one kind and fault; further ones are counted. */
const MAX_FINDINGS = 20;
/** Processes of one kind that were of no more use; then its other inputs are not tried. */
const MAX_ENDED_EARLY = 12;
/** The longest holds are measured again: what no later try shows was the collector's, or the compiler's. */
const HOLDS_AGAIN = 5;
const HOLD_TRIES = 4;

export async function runKind(
  kind: FuzzKind,
  { seed, from, to }: { seed: number; from: number; to: number },
  limits: FuzzLimits,
): Promise<KindResult> {
  const startedMs = performance.now();
  const hangMs = kind.hangMs ?? limits.hangMs;
  const result: KindResult = {
    inputs: 0,
    accepted: 0,
    refused: 0,
    refusals: new Map(),
    findings: [],
    longestHold: null,
    peakBytes: 0,
    processMs: 0,
    tookMs: 0,
  };
  const faults: { index: number; verdict: Fault }[] = [];
  const holds: { ms: number; index: number }[] = [];
  const took = ({ index, verdict, longestHoldMs, peakBytes, tookMs }: Tried) => {
    if (index === null) return;
    result.inputs++;
    result.peakBytes = Math.max(result.peakBytes, peakBytes);
    if (kind.readBy === "main") holds.push({ ms: longestHoldMs, index });
    if (tookMs > hangMs && verdict.kind !== "fault")
      faults.push({ index, verdict: { kind: "fault", fault: "hang", detail: `it took ${Math.round(tookMs)} ms` } });
    else if (verdict.kind === "fault") faults.push({ index, verdict });
    else if (verdict.kind === "accepted") result.accepted++;
    else {
      result.refused++;
      result.refusals.set(verdict.code, (result.refusals.get(verdict.code) ?? 0) + 1);
    }
  };

  let endedEarly = 0;
  for (let next = from; next < to && performance.now() < limits.untilMs;) {
    const process = new FuzzProcess({ kind: kind.name, hangMs });
    const end = Math.min(to, next + (kind.inputsPerProcess ?? INPUTS_PER_PROCESS));
    let processMs = 0;
    const ended = await process.run(seed, next, end, (tried) => {
      took(tried);
      processMs = tried.processMs;
      if (tried.index !== null) next = tried.index + 1;
    });
    await process.stop();
    result.processMs += processMs;
    if (next < end) endedEarly++;
    if (ended.kind === "ended") {
      result.inputs++;
      faults.push({ index: next, verdict: ended.verdict });
      next++;
    }
    // Each costs seconds, and they are all the same by then.
    if (endedEarly >= MAX_ENDED_EARLY) break;
  }

  result.findings = await lookCloser(kind, seed, faults, { ...limits, hangMs });
  result.longestHold = await measureAgain(kind, seed, holds, hangMs);
  result.tookMs = performance.now() - startedMs;
  return result;
}

/** One finding for each way to fail. */
async function lookCloser(
  kind: FuzzKind,
  seed: number,
  faults: readonly { index: number; verdict: Fault }[],
  { hangMs, folder, shrinkMs }: FuzzLimits,
): Promise<Finding[]> {
  const ways = new Map<string, { index: number; verdict: Fault }[]>();
  for (const fault of faults) {
    const way = wayOf(fault.verdict);
    ways.set(way, [...(ways.get(way) ?? []), fault]);
  }
  const findings: Finding[] = [];
  for (const alike of [...ways.values()].slice(0, MAX_FINDINGS)) {
    const [first] = alike;
    if (first === undefined) continue;
    const tryer = new Tryer(kind.name, hangMs);
    try {
      const input = await tryer.make(seed, first.index);
      const again = input === null ? null : await tryer.tryInput(input);
      // A slow machine is no hang.
      if (first.verdict.fault === "hang" && again?.kind !== "fault") continue;
      const isRepeatable = again?.kind === "fault";
      const verdict = isRepeatable ? again : first.verdict;
      const small =
        input !== null && isRepeatable && verdict.fault !== "hang"
          ? await shrink(input, shrinkMs, async (smaller) => {
              const came = await tryer.tryInput(smaller);
              return came.kind === "fault" && wayOf(came) === wayOf(verdict);
            })
          : input;
      const finding = { kindName: kind.name, seed, index: first.index, ...verdict, isRepeatable, count: alike.length };
      findings.push({ ...finding, folder: await saveFinding(folder, finding, { input, small }) });
    } finally {
      await tryer.stop();
    }
  }
  return findings;
}

/** The largest that shows again. */
async function measureAgain(
  kind: FuzzKind,
  seed: number,
  holds: { ms: number; index: number }[],
  hangMs: number,
): Promise<KindResult["longestHold"]> {
  if (kind.readBy !== "main") return null;
  let longest: KindResult["longestHold"] = null;
  const process = new Tryer(kind.name, hangMs);
  try {
    for (const { ms: firstMs, index } of holds.toSorted((one, other) => other.ms - one.ms).slice(0, HOLDS_AGAIN)) {
      const input = await process.make(seed, index);
      if (input === null) continue;
      // The first try also compiles what this input needs; what it changed makes later ones shorter.
      await process.measure(input);
      let againMs = 0;
      for (let tries = 1; tries < HOLD_TRIES; tries++) againMs = Math.max(againMs, (await process.measure(input)) ?? 0);
      const ms = Math.min(firstMs, againMs);
      if (longest === null || ms > longest.ms) longest = { ms, index };
    }
  } finally {
    await process.stop();
  }
  return longest;
}

/** Tries single inputs, in a new process whenever one has ended. */
export class Tryer {
  readonly #kind: string;
  readonly #hangMs: number;
  #process: FuzzProcess | null = null;

  constructor(kind: string, hangMs: number) {
    this.#kind = kind;
    this.#hangMs = hangMs;
  }

  async make(seed: number, index: number): Promise<FuzzInput | null> {
    return (await this.#usable()).make(seed, index);
  }

  async tryInput(input: FuzzInput): Promise<Verdict> {
    const { verdict, tookMs } = await (await this.#usable()).tryInput(input);
    // What it left behind must not be blamed on the next one.
    if (endsProcess(verdict)) await this.stop();
    return verdict.kind !== "fault" && tookMs > this.#hangMs
      ? { kind: "fault", fault: "hang", detail: `it took ${Math.round(tookMs)} ms` }
      : verdict;
  }

  /** null: the process ended of it. */
  async measure(input: FuzzInput): Promise<number | null> {
    const { verdict, longestHoldMs } = await (await this.#usable()).tryInput(input);
    return verdict.kind === "fault" ? null : longestHoldMs;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = null;
  }

  async #usable(): Promise<FuzzProcess> {
    if (this.#process !== null && !this.#process.isUsable) await this.stop();
    return (this.#process ??= new FuzzProcess({ kind: this.#kind, hangMs: this.#hangMs }));
  }
}

/** Alike: the same fault at the same place, whatever its numbers and names are. */
function wayOf({ fault, detail }: Fault): string {
  const lines = detail.split("\n");
  const place = lines.find((line) => /^\s+at /u.test(line) && !line.includes("node:")) ?? "";
  return `${fault} ${(lines[0] ?? "").replaceAll(/\d+|"[^"]*"/gu, "#").slice(0, 120)} ${place.trim()}`;
}
