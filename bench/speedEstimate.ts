// How right predicted speeds are: the probe and the formula, made with four dense models, are judged by eight of other kinds. Probe and
// models take turns, so that what else runs here meets both; each is as fast as its best token (probeMachine.ts says by which clock).
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Llama, Token } from "node-llama-cpp";
import type { MachineSpeed } from "../electron/contract/speed";
import { SPEED_CHAT_TOKENS } from "../electron/contract/speed";
import { predictSpeed } from "../electron/core/estimator/predictSpeed";
import { automaticThreads } from "../electron/core/estimator/planLoad";
import { FileByteSource } from "../electron/engine/gguf/ByteSource";
import { readGgufHeader } from "../electron/engine/gguf/readGgufHeader";
import { clock, probeMachine } from "../electron/engine/speed/probeMachine";
import { tokenCost } from "../electron/engine/speed/tokenCost";
import { startLlama } from "../electron/engine/startLlama";
import { median, type Figures } from "./figures";
import { judgedModels, knownModels, speedModelFile, type SpeedModel } from "./speedModels";

const ROUNDS = 1;
const TRIES = 12;

export async function speedEstimate(): Promise<Figures> {
  const llama = await startLlama({ log: () => undefined, backend: "processor" });
  const threads = automaticThreads(llama.cpuMathCores);
  const scratch = await mkdtemp(path.join(os.tmpdir(), "facet-speed-"));
  const probes: MachineSpeed[] = [];
  const measured = new Map<SpeedModel, number[]>();
  const models = [...knownModels, ...judgedModels];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, model] of models.entries()) {
        if (index % 4 === 0)
          probes.push(
            await probeMachine({
              llama,
              threads,
              folder: path.join(scratch, "probe"),
              signal: new AbortController().signal,
            }),
          );
        const speed = await measure(await speedModelFile(model), llama, threads);
        if (process.env["RAW"])
          console.log(model.name, speed.toFixed(2), JSON.stringify(await costOf(model)), JSON.stringify(probes.at(-1)));
        measured.set(model, [...(measured.get(model) ?? []), speed]);
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const speed = medianOf(probes);
  console.log(`  ${threads} ${threads === 1 ? "thread" : "threads"}; ${JSON.stringify(speed)}`);
  const errors = new Map<SpeedModel, number>();
  for (const model of models) {
    const predicted = predictSpeed(await costOf(model), speed);
    const real = Math.max(...(measured.get(model) ?? []));
    errors.set(model, predicted / real - 1);
    console.log(
      `  ${model.name.padEnd(34)} predicted ${predicted.toFixed(1).padStart(6)}, measured ${real.toFixed(1).padStart(6)} tokens/s: ${((predicted / real - 1) * 100).toFixed(0)} %${knownModels.includes(model) ? " (known)" : ""}`,
    );
  }
  const sizes = judgedModels.map((model) => Math.abs(errors.get(model) ?? Infinity));
  return {
    "speed.estimate_error": median(sizes),
    "speed.estimate_worst_error": Math.max(...sizes),
  };
}

/** Each value in the middle of what the probes found. */
function medianOf(probes: readonly MachineSpeed[]): MachineSpeed {
  const of = (value: (probe: MachineSpeed) => number) => median(probes.map(value));
  const types = Object.keys(probes[0]?.typeBytesPerSecond ?? {});
  return {
    typeBytesPerSecond: Object.fromEntries(
      types.map((type) => [type, of((probe) => probe.typeBytesPerSecond[type] ?? 0)]),
    ),
    attentionPerSecond: of((probe) => probe.attentionPerSecond),
    secondsPerTensor: of((probe) => probe.secondsPerTensor),
    secondsPerToken: of((probe) => probe.secondsPerToken),
  };
}

async function costOf(model: SpeedModel) {
  const source = await FileByteSource.open(await speedModelFile(model));
  if (!source.ok) throw new Error(source.failure.code);
  try {
    const header = await readGgufHeader(source.value);
    if (!header.ok) throw new Error(`${model.name}: ${header.failure.code}`);
    return tokenCost(header.value, header.value.tensors);
  } finally {
    await source.value.close();
  }
}

/** Tokens in a second in a chat of SPEED_CHAT_TOKENS, sampled as answers are. */
async function measure(file: string, llama: Llama, threads: number): Promise<number> {
  const model = await llama.loadModel({ modelPath: file, ignoreMemorySafetyChecks: true });
  try {
    const context = await model.createContext({
      contextSize: SPEED_CHAT_TOKENS + 128,
      threads,
      ignoreMemorySafetyChecks: true,
    });
    const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    const prompt = Array.from(
      { length: SPEED_CHAT_TOKENS },
      (_, index) => (300 + ((index * 7919) % (vocabulary - 300))) as Token,
    );
    const time = clock(llama, threads);
    const seconds: number[] = [];
    let last = 0;
    for await (const _token of context
      .getSequence()
      .evaluate(prompt, { temperature: 0.8, topK: 40, topP: 0.95, yieldEogToken: true })) {
      const now = time();
      if (last > 0) seconds.push(now - last);
      last = now;
      if (seconds.length === TRIES) break;
    }
    return 1 / Math.min(...seconds);
  } finally {
    await model.dispose();
  }
}
