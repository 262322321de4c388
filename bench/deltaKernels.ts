// Decode and prefill with a 1-bit delta, and with a LoRA, against the base alone: one model in memory, three contexts, measured in turn.
import { getLlama, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { useDeltaKernels } from "../electron/engine/deltaKernels";
import { computeClockMs } from "./computeClock";
import { deltaModel } from "./deltaModel";
import { list, median, type Figures } from "./figures";

/** Short and many: what else runs on the machine then hits all alike, and the median leaves out the rest. */
const ROUNDS = Number(process.env["FACET_ROUNDS"] ?? 7);
/** llama.cpp's own kernel is several times slower: few rounds show that. 0 leaves it out. */
const STOCK_ROUNDS = Number(process.env["FACET_STOCK_ROUNDS"] ?? 2);
/** One is what the app takes on two processors. */
const THREADS = Number(process.env["FACET_THREADS"] ?? 1);
const PREFILL_TOKENS = 128;
const DECODE_TOKENS = 24;
const CONTEXT_TOKENS = 512;

interface Contender {
  name: "base" | "1-bit delta" | "LoRA";
  /** Milliseconds for PREFILL_TOKENS, and for one token. */
  measure(round: number): Promise<{ prefill: number; decode: number }>;
}
type Kind = "prefill" | "decode";

export async function deltaKernels(): Promise<Figures> {
  const files = await deltaModel();
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 0 });
  const model = await llama.loadModel({ modelPath: files.base });
  const [base, delta, lora] = [
    await contender("base", model, undefined),
    await contender("1-bit delta", model, files.bitDelta),
    await contender("LoRA", model, files.lora),
  ];
  console.log(
    `  ${files.about}, ${THREADS === 1 ? "1 thread, processor time," : `${THREADS} threads,`} ${PREFILL_TOKENS} tokens of prefill and ${DECODE_TOKENS} of decode in a round`,
  );
  if (STOCK_ROUNDS > 0) await speeds("llama.cpp's own Q1_0 kernel", STOCK_ROUNDS, [base, delta]);
  const kernels = useDeltaKernels((_, message) => console.log(`  ${message}`));
  const ratios = await speeds(kernels ?? "llama.cpp's own Q1_0 kernel", ROUNDS, [base, delta, lora]);
  await llama.dispose();
  return {
    "delta.decode_ratio": median(ratios["1-bit delta"].decode),
    "delta.prefill_ratio": median(ratios["1-bit delta"].prefill),
    "lora.decode_ratio": median(ratios.LoRA.decode),
    "lora.prefill_ratio": median(ratios.LoRA.prefill),
  };
}

/** Speed as a share of the base's in the same round. */
async function speeds(
  kernels: string,
  rounds: number,
  contenders: readonly Contender[],
): Promise<Record<Contender["name"], Record<Kind, number[]>>> {
  const empty = () => ({ prefill: [] as number[], decode: [] as number[] });
  const ratios = { base: empty(), "1-bit delta": empty(), LoRA: empty() };
  const times = { base: empty(), "1-bit delta": empty(), LoRA: empty() };
  for (let round = 0; round <= rounds; round++) {
    const measured = new Map<Contender["name"], { prefill: number; decode: number }>();
    const turn = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const one of turn) measured.set(one.name, await one.measure(round));
    const base = measured.get("base");
    const shown = [...measured].map(
      ([name, { prefill, decode }]) => `${name} ${prefill.toFixed(0)} + ${decode.toFixed(1)} ms`,
    );
    console.log(`    ${round === 0 ? "warming up" : `round ${round}`}: ${shown.join(", ")}`);
    if (round === 0 || base === undefined) continue;
    for (const [name, ms] of measured) {
      for (const kind of ["prefill", "decode"] as const) {
        ratios[name][kind].push(base[kind] / ms[kind]);
        times[name][kind].push(ms[kind]);
      }
    }
  }
  console.log(`  ${kernels}:`);
  for (const { name } of contenders) {
    for (const kind of ["prefill", "decode"] as const) {
      const tokens = kind === "prefill" ? PREFILL_TOKENS : 1;
      const perSecond = times[name][kind].map((ms) => (tokens * 1000) / ms);
      const against =
        name === "base"
          ? ""
          : `; against base ${median(ratios[name][kind]).toFixed(3)} (${list(ratios[name][kind], 2)})`;
      console.log(
        `    ${name} ${kind}: ${median(perSecond).toFixed(1)} tokens/s, best ${Math.max(...perSecond).toFixed(1)}${against}`,
      );
    }
  }
  return ratios;
}

async function contender(name: Contender["name"], model: LlamaModel, adapter: string | undefined): Promise<Contender> {
  const context = await model.createContext({
    contextSize: CONTEXT_TOKENS,
    batchSize: PREFILL_TOKENS,
    threads: THREADS,
    ...(adapter === undefined ? {} : { lora: { adapters: [{ filePath: adapter, scale: 1 }] } }),
  });
  const sequence = context.getSequence();
  return {
    name,
    async measure(round) {
      await sequence.clearHistory();
      const prompt = Array.from(
        { length: PREFILL_TOKENS },
        (_, index) => (((index * 37 + round * 11) % 200) + 1) as Token,
      );
      const times: number[] = [];
      let before = computeClockMs(THREADS);
      for await (const _ of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
        const now = computeClockMs(THREADS);
        times.push(now - before);
        before = now;
        if (times.length > DECODE_TOKENS) break;
      }
      const [prefill = Number.NaN, ...decode] = times;
      return { prefill, decode: median(decode) };
    },
  };
}
