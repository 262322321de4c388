// A job in words and numbers: what it is, its steps, how far it is, and how it ended.
import type { Job, JobPhase, JobStart, StartMakeDelta } from "../contract/jobQueue";
import type { JobStage } from "../contract/jobs";
import { waitingWords } from "./downloadWords";
import { failureParagraph, failureText } from "./failureText";
import {
  formatByteSpeed,
  formatBytesOf,
  formatCount,
  formatDuration as formatWholeSeconds,
  formatPercent,
  formatSeconds,
  formatSpeed,
  formatTimeLeft,
} from "./quantities";
import { stagesOf } from "./stepWords";
import { deltaKinds, makingJobs } from "./deltaKinds";
import { t } from "./language";
import { sentences } from "./sentences";

export type JobStep = "download" | JobStage;

/** "SmolLM2 135M Instruct → Q4_K_M": says which of several jobs on one model it is. */
export function jobTitle({ start, modelName }: Job): string {
  switch (start.kind) {
    case "quantize":
      return `${modelName} → ${start.recipe.type}`;
    case "quality":
      return modelName;
    case "make-delta":
      return start.name;
    case "fetch-delta":
      return modelName;
  }
}

export function jobKind(start: JobStart): string {
  switch (start.kind) {
    case "quantize":
      return start.source.kind === "hub" ? t("download and quantize") : t("quantize");
    case "quality":
      return t("measure quality");
    case "make-delta":
      return makingJobs[start.result.kind]();
    case "fetch-delta":
      return t("download a fine-tune");
  }
}

/** What it goes through, in order. A matrix that is there already is not computed again, so that step may be over at once. */
export function jobSteps(start: JobStart): JobStep[] {
  switch (start.kind) {
    case "quantize":
      return [
        ...(start.source.kind === "hub" ? (["download"] as const) : []),
        "read-source",
        ...start.recipe.steps.flatMap((step) => stagesOf(step)),
        "quantize",
        "check",
        ...(start.measureQuality ? (["quality", "speed"] as const) : []),
      ];
    case "quality":
      return ["quality", "speed"];
    case "make-delta":
      return [
        "make-delta",
        ...(isFitted(start.result) ? (["refine-delta"] as const) : []),
        ...(start.measureFidelity ? (["fidelity"] as const) : []),
      ];
    case "fetch-delta":
      return ["download", ...(start.baseId === null ? [] : (["convert-delta"] as const))];
  }
}

/** llama.cpp evaluates no compact form. */
function isFitted(result: StartMakeDelta["result"]): boolean {
  return deltaKinds[result.kind].isFitted && !("compact" in result && result.compact);
}

export function stepOf(phase: JobPhase): JobStep {
  return phase.kind === "download" ? "download" : phase.progress.stage;
}

const STEPS: Readonly<Record<JobStep, () => string>> = {
  download: () => t("Download@@step"),
  "read-source": () => t("Read the source@@step"),
  "importance-matrix": () => t("Calibrate@@step"),
  quantize: () => t("Quantize@@step"),
  check: () => t("Try the new file@@step"),
  quality: () => t("Measure quality@@step"),
  speed: () => t("Measure speed@@step"),
  "make-delta": () => t("Make the delta@@step"),
  "refine-delta": () => t("Adjust the delta’s strength@@step"),
  fidelity: () => t("Measure how faithful it is@@step"),
  "convert-delta": () => t("Convert it for the model@@step"),
};

/** In the list of steps. */
export function stepWords(step: JobStep): string {
  return STEPS[step]();
}

const DOING: Readonly<Record<JobStep, () => string>> = {
  download: () => t("Downloading"),
  "read-source": () => t("Reading the source"),
  "importance-matrix": () => t("Calibrating"),
  quantize: () => t("Quantizing"),
  check: () => t("Trying the new file"),
  quality: () => t("Measuring quality"),
  speed: () => t("Measuring speed"),
  "make-delta": () => t("Making the delta"),
  "refine-delta": () => t("Adjusting the delta’s strength"),
  fidelity: () => t("Measuring how faithful it is"),
  "convert-delta": () => t("Converting it for the model"),
};

/** While it runs: read aloud when it changes, so it holds no number. */
export function doingWords(step: JobStep): string {
  return DOING[step]();
}

/** How far the step is that runs; null when that cannot be told. */
export function jobFraction({ state }: Job): number | null {
  if (state.kind !== "running" || state.phase === null) return null;
  const { phase } = state;
  if (phase.kind === "download")
    return phase.totalBytes === 0 ? null : Math.min(1, phase.receivedBytes / phase.totalBytes);
  // Loading the file and writing one token has no middle.
  return phase.progress.stage === "check" ? null : phase.progress.fraction;
}

/** Each piece stands on its own. */
export function jobFacts(job: Job): string[] {
  const { state } = job;
  switch (state.kind) {
    case "queued":
      return [
        state.position === 1
          ? t("next in line")
          : t("number {position} in line", { position: formatCount(state.position) }),
      ];
    case "running":
      return state.phase === null ? [t("starting")] : phaseFacts(state.phase, jobFraction(job));
    case "done":
      return [t("done in {duration}", { duration: formatDuration(state.tookMs) })];
    case "failed":
      return [];
  }
}

/** fraction: null where a bar says it. */
export function phaseFacts(phase: JobPhase, fraction: number | null): string[] {
  const percent = fraction === null ? [] : [formatPercent(fraction)];
  if (phase.kind === "download") {
    const amount = formatBytesOf(phase.receivedBytes, phase.totalBytes);
    if (phase.waitingFor !== null) return [amount, downloadWaitsFor(phase.waitingFor)];
    return [amount, ...percent, ...speed("bytes", phase.bytesPerSecond), ...timeLeft(phase.secondsLeft)];
  }
  const { item, unit, perSecond, secondsLeft } = phase.progress;
  return [...(item === "" ? [] : [item]), ...percent, ...speed(unit, perSecond), ...timeLeft(secondsLeft)];
}

function speed(unit: "bytes" | "tokens", perSecond: number | null): string[] {
  if (perSecond === null || perSecond <= 0) return [];
  return [unit === "bytes" ? formatByteSpeed(perSecond) : formatSpeed(perSecond)];
}

function timeLeft(seconds: number | null): string[] {
  return seconds === null ? [] : [formatTimeLeft(seconds)];
}

function downloadWaitsFor(reason: "queue" | "person" | "network" | "hub" | "rate-limit"): string {
  if (reason === "queue") return t("waiting for another download");
  return reason === "person" ? t("the download is paused") : waitingWords(reason);
}

/** What went wrong, what it means and what to do, when something did. */
export function jobProblem({ state }: Job): string | null {
  if (state.kind === "failed") {
    return failureParagraph(state.failure);
  }
  if (state.kind === "done" && state.qualityFailure !== null) {
    return sentences(
      t("The new model can be used, but it couldn’t be measured."),
      failureText(state.qualityFailure).happened,
    );
  }
  return null;
}

/** One sentence for somebody who is not looking at the list; null while it goes on. */
export function endedWords(job: Job): string | null {
  const { start, modelName, state } = job;
  if (state.kind === "failed")
    return t("{name}: {problem}", { name: modelName, problem: failureText(state.failure).happened });
  if (state.kind !== "done") return null;
  switch (start.kind) {
    case "quantize":
      return t("{model} is ready as {type}.", { model: modelName, type: start.recipe.type });
    case "quality":
      return t("The quality of {model} has been measured.", { model: modelName });
    case "make-delta":
      return t("{name} is ready, made from {model}.", { name: start.name, model: modelName });
    case "fetch-delta":
      return t("{name} is in your fine-tunes now.", { name: modelName });
  }
}

/** 420 → "0.4 s", 83_000 → "1 min 23 s". */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 10 ? formatSeconds(seconds, 1) : formatWholeSeconds(Math.round(seconds));
}
