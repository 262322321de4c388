// A job in words and numbers: what it is, its steps, how far it is, and how it ended.
import type { Job, JobPhase, JobStart, StartMakeDelta } from "../contract/jobQueue";
import type { JobStage } from "../contract/jobs";
import { waitingWords } from "./downloadWords";
import { failureParagraph, failureText } from "./failureText";
import { formatBytes, formatPercent, formatSpeed, formatTimeLeft } from "./quantities";
import { stagesOf } from "./stepWords";
import { deltaKinds, makingJobs } from "./deltaKinds";

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
      return start.source.kind === "hub" ? "download and quantize" : "quantize";
    case "quality":
      return "measure quality";
    case "make-delta":
      return makingJobs[start.result.kind];
    case "fetch-delta":
      return "download a fine-tune";
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

/** In the list of steps. */
export function stepWords(step: JobStep): string {
  const words: Readonly<Record<JobStep, string>> = {
    download: "Download",
    "read-source": "Read the source",
    "importance-matrix": "Calibrate",
    quantize: "Quantize",
    check: "Try the new file",
    quality: "Measure quality",
    speed: "Measure speed",
    "make-delta": "Make the delta",
    "refine-delta": "Fit the delta's strength",
    fidelity: "Measure how faithful it is",
    "convert-delta": "Convert it for the model",
  };
  return words[step];
}

/** While it runs: read aloud when it changes, so it holds no number. */
export function doingWords(step: JobStep): string {
  const words: Readonly<Record<JobStep, string>> = {
    download: "Downloading",
    "read-source": "Reading the source",
    "importance-matrix": "Calibrating",
    quantize: "Quantizing",
    check: "Trying the new file",
    quality: "Measuring quality",
    speed: "Measuring speed",
    "make-delta": "Making the delta",
    "refine-delta": "Fitting the delta's strength",
    fidelity: "Measuring how faithful it is",
    "convert-delta": "Converting it for the model",
  };
  return words[step];
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
      return [state.position === 1 ? "next in line" : `number ${state.position} in line`];
    case "running":
      return state.phase === null ? ["starting"] : phaseFacts(state.phase, jobFraction(job));
    case "done":
      return [`done in ${formatDuration(state.tookMs)}`];
    case "failed":
      return [];
  }
}

/** fraction: null where a bar says it. */
export function phaseFacts(phase: JobPhase, fraction: number | null): string[] {
  const percent = fraction === null ? [] : [formatPercent(fraction)];
  if (phase.kind === "download") {
    const amount = `${formatBytes(phase.receivedBytes)} of ${formatBytes(phase.totalBytes)}`;
    if (phase.waitingFor !== null) return [amount, downloadWaitsFor(phase.waitingFor)];
    return [amount, ...percent, ...speed("bytes", phase.bytesPerSecond), ...timeLeft(phase.secondsLeft)];
  }
  const { item, unit, perSecond, secondsLeft } = phase.progress;
  return [...(item === "" ? [] : [item]), ...percent, ...speed(unit, perSecond), ...timeLeft(secondsLeft)];
}

function speed(unit: "bytes" | "tokens", perSecond: number | null): string[] {
  if (perSecond === null || perSecond <= 0) return [];
  return [unit === "bytes" ? `${formatBytes(perSecond)}/s` : formatSpeed(perSecond)];
}

function timeLeft(seconds: number | null): string[] {
  return seconds === null ? [] : [formatTimeLeft(seconds)];
}

function downloadWaitsFor(reason: "queue" | "person" | "network" | "hub" | "rate-limit"): string {
  if (reason === "queue") return "waits for another download";
  return reason === "person" ? "the download is paused" : waitingWords(reason);
}

/** What went wrong, what it means and what to do, when something did. */
export function jobProblem({ state }: Job): string | null {
  if (state.kind === "failed") {
    return failureParagraph(state.failure);
  }
  if (state.kind === "done" && state.qualityFailure !== null) {
    return `The new model can be used, but it could not be measured. ${failureText(state.qualityFailure).happened}`;
  }
  return null;
}

/** One sentence for somebody who is not looking at the list; null while it goes on. */
export function endedWords(job: Job): string | null {
  const { start, modelName, state } = job;
  if (state.kind === "failed") return `${modelName}: ${failureText(state.failure).happened}`;
  if (state.kind !== "done") return null;
  switch (start.kind) {
    case "quantize":
      return `${modelName} is there in ${start.recipe.type}.`;
    case "quality":
      return `The quality of ${modelName} is measured.`;
    case "make-delta":
      return `${start.name} is made from ${modelName}.`;
    case "fetch-delta":
      return `${modelName} is among your fine-tunes.`;
  }
}

/** 83_000 → "1 min 23 s". */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
