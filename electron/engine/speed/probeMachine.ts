// What this computer's memory and processor do in a few seconds of trying: how fast weights of each tensor type are computed, memory is
// read, attention is paid, and what each step costs however small it is. The engine's own way: llama.cpp, a context, a token at a time.
// Fit process.
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import type { Llama, Token } from "node-llama-cpp";
import { SPEED_CHAT_TOKENS, type MachineSpeed } from "../../contract/speed";
import {
  bytesOf,
  WEIGHTLESS_CONTEXT_TOKENS,
  WEIGHTLESS_TOKEN,
  writeWeightlessModel,
  type WeightlessModel,
  type WeightlessShape,
} from "./weightlessModel";

/** Those that most files are made of; predictSpeed.ts derives the others from them. */
export const PROBED_TYPES = ["Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "MXFP4", "F16"] as const;
/** More than the caches of nearly all processors: weights are read from memory, as those of any model worth loading. */
const TYPE_BYTES = 128e6;
/** Tokens are tried until this time is over; the best counts. */
const TRY_MS = 150;
const MIN_TRIES = 5;
/** Where a token is written in a millisecond or two. */
const MANY_TRIES = 40;

/** Of usual models' proportions. */
const wide = { width: 2048, feedForward: 4096, heads: 16, keyValueHeads: 4 };
const small = { typeName: "Q8_0", width: 256, feedForward: 256, heads: 4, keyValueHeads: 4 };
const attentive = { typeName: "Q8_0", layers: 4, width: 1024, feedForward: 256, heads: 16, keyValueHeads: 4 };

export interface ProbeOptions {
  llama: Llama;
  threads: number;
  /** Emptied at the end. */
  folder: string;
  signal: AbortSignal;
}

/** Takes three to five seconds. Rejects with the signal's reason, and with what llama.cpp throws. */
export async function probeMachine(options: ProbeOptions): Promise<MachineSpeed> {
  await mkdir(options.folder, { recursive: true });
  try {
    const shallow = await tokenSeconds({ ...small, layers: 1 }, { ...options, minTries: MANY_TRIES });
    const deep = await tokenSeconds({ ...small, layers: 24 }, { ...options, minTries: MANY_TRIES });
    const secondsPerTensor = Math.max(0, (deep.seconds - shallow.seconds) / (deep.tensors - shallow.tensors));
    const secondsPerToken = Math.max(0, shallow.seconds - shallow.tensors * secondsPerTensor);
    const steps = ({ tensors }: WeightlessModel) => secondsPerToken + tensors * secondsPerTensor;
    /** Never taken for instant, where the steps take as long as all. */
    const rest = (one: Timed) => Math.max(one.seconds - steps(one), one.seconds / 10);

    const typeBytesPerSecond: Record<string, number> = {};
    for (const typeName of PROBED_TYPES) {
      const timed = await tokenSeconds(wideOf(typeName, TYPE_BYTES), options);
      typeBytesPerSecond[typeName] = timed.bytes / rest(timed);
    }
    const empty = await tokenSeconds(attentive, { ...options, minTries: MANY_TRIES });
    const full = await tokenSeconds(attentive, { ...options, minTries: MANY_TRIES, chatTokens: SPEED_CHAT_TOKENS });
    return {
      typeBytesPerSecond,
      // Each head multiplies with a key and a value of each token.
      attentionPerSecond:
        (attentive.layers * 2 * attentive.width * SPEED_CHAT_TOKENS) /
        Math.max(full.seconds - empty.seconds, full.seconds / 10),
      secondsPerTensor,
      secondsPerToken,
    };
  } finally {
    await rm(options.folder, { recursive: true, force: true });
  }
}

interface Timed extends WeightlessModel {
  /** Of the fastest token. */
  seconds: number;
}

interface TokenOptions extends ProbeOptions {
  minTries?: number;
  /** Read before. */
  chatTokens?: number;
}

async function tokenSeconds(
  shape: WeightlessShape,
  { llama, threads, folder, signal, minTries = MIN_TRIES, chatTokens = 1 }: TokenOptions,
): Promise<Timed> {
  signal.throwIfAborted();
  const file = path.join(folder, "weightless.gguf");
  const written = await writeWeightlessModel(file, shape);
  // Read into memory of its own: a hole of a mapped file may be one and the same page again and again.
  const model = await llama.loadModel({
    modelPath: file,
    useMmap: false,
    ignoreMemorySafetyChecks: true,
    loadSignal: signal,
  });
  try {
    const context = await model.createContext({
      contextSize: WEIGHTLESS_CONTEXT_TOKENS,
      threads,
      flashAttention: "auto",
      ignoreMemorySafetyChecks: true,
      createSignal: signal,
    });
    const prompt = Array.from({ length: chatTokens }, () => WEIGHTLESS_TOKEN as Token);
    const time = clock(llama, threads);
    let best = Infinity;
    let tries = -1;
    let lastAt = 0;
    let firstAtMs = 0;
    for await (const _token of context.getSequence().evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      signal.throwIfAborted();
      const now = time();
      // The first token comes after the prompt was read.
      if (++tries === 0) firstAtMs = performance.now();
      else best = Math.min(best, now - lastAt);
      lastAt = now;
      if (tries >= minTries && performance.now() - firstAtMs > TRY_MS) break;
    }
    return { ...written, seconds: best };
  } finally {
    await model.dispose();
  }
}

/**
 * In seconds. One thread's own time is what a clock would show on a computer that does nothing else, and other programs cannot make it
 * longer; several threads wait for each other, and a GPU is waited for, so there the clock counts. On Windows too, which counts a
 * thread's time in steps of 16 ms.
 */
export function clock(llama: Llama, threads: number): () => number {
  if (llama.gpu !== false || threads > 1 || process.platform === "win32") return () => performance.now() / 1000;
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
}

/** As many layers as make about so many bytes. */
function wideOf(typeName: string, bytes: number): WeightlessShape {
  const oneLayer = { ...wide, typeName, layers: 1 };
  const weights =
    wide.width * (2 * wide.width + 2 * (wide.width / wide.heads) * wide.keyValueHeads + 3 * wide.feedForward);
  return { ...oneLayer, layers: Math.max(1, Math.round(bytes / bytesOf(typeName, weights))) };
}
