// What it costs to change deltas on a loaded model, by the engine's own runtime: the switch, the next token, going back to a long chat, memory.
import { link, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { getLlama, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import type { DeltaToApply } from "../electron/contract/engineProtocol";
import { MAX_CONVERSATIONS } from "../electron/contract/fit";
import { ChatId, DeltaId } from "../electron/contract/ids";
import { DeltaRuntime } from "../electron/engine/deltas/DeltaRuntime";
import { availableMemory } from "../electron/engine/availableMemory";
import { useDeltaKernels } from "../electron/engine/deltaKernels";
import { computeClockMs } from "./computeClock";
import { deltaModel, type DeltaModel } from "./deltaModel";
import { list, median, quantile, type Figures } from "./figures";

/** The app's own number on a machine of two cores: one is left to the window. */
const THREADS = Number(process.env["FACET_THREADS"] ?? 1);
const CONTEXT_TOKENS = 2560;
const LONG_CHAT_TOKENS = 2048;
const SHORT_CHAT_TOKENS = 16;
/** Many, since what else runs on the machine weighs more than a switch. */
const SWITCHES = 120;
const DELTAS = 8;
const never = new AbortController().signal;

export async function deltaSwitch(): Promise<Figures> {
  const files = await deltaModel();
  // Beside the delta: links to it are made there.
  const folder = await mkdtemp(path.join(path.dirname(files.bitDelta), "switch-"));
  try {
    return await measure(files, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(files: DeltaModel, folder: string): Promise<Figures> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 0 });
  useDeltaKernels((_, message) => console.log(`  ${message}`));
  const processBytes = await residentBytes();
  const model = await llama.loadModel({ modelPath: files.base });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences: 1, threads: THREADS });
  const chat = new Chat(
    model,
    new DeltaRuntime({
      model,
      context,
      modelPath: files.base,
      conversations: MAX_CONVERSATIONS,
      stateFolder: path.join(folder, "state"),
      freeBytes: async () => (await availableMemory()).availableBytes,
      log: (level, message) => {
        if (level !== "debug") console.log(`  ${level}: ${message}`);
      },
      onChanged: () => undefined,
    }),
  );
  console.log(`  ${files.about}, ${THREADS} ${THREADS === 1 ? "thread" : "threads"}`);
  const delta = (name: string, file: string): DeltaToApply => ({
    deltaId: DeltaId.parse(name),
    name,
    path: file,
    scale: 1,
  });
  const stacks = { base: [], bit: [delta("bit", files.bitDelta)], lora: [delta("lora", files.lora)] };

  // The memory of one model by itself: a context for one conversation, every page touched.
  await chat.read([], SHORT_CHAT_TOKENS, "warm");
  const oneModelBytes = (await residentBytes()) - processBytes;

  const switches = await measureSwitches(chat, stacks.bit, stacks.lora);
  const back = await measureReturn(chat, stacks.lora);

  const eight: DeltaToApply[] = [];
  for (let index = 0; index < DELTAS; index++) {
    // Other files to the engine, the same bytes on the disk.
    const file = path.join(folder, `${index}.gguf`);
    await link(files.bitDelta, file);
    eight.push(delta(`delta-${index}`, file));
  }
  const beforeBytes = await residentBytes();
  for (const one of eight) await chat.read([one], SHORT_CHAT_TOKENS, "memory");
  const deltaBytes = ((await residentBytes()) - beforeBytes) / DELTAS;
  const memoryRatio = (oneModelBytes + DELTAS * deltaBytes) / (DELTAS * oneModelBytes);
  console.log(
    `  resident: one model ${megabytes(oneModelBytes)} MB, each 1-bit delta ${megabytes(deltaBytes)} MB more (mean of ${DELTAS}); base and ${DELTAS} deltas against ${DELTAS} models ${memoryRatio.toFixed(3)}`,
  );
  chat.runtime.dispose();
  await llama.dispose();
  return { ...switches, ...back, "delta.memory_ratio_8": memoryRatio };
}

/** Between two loaded deltas, each with a conversation of its own. */
async function measureSwitches(chat: Chat, one: DeltaToApply[], other: DeltaToApply[]): Promise<Figures> {
  await chat.read(one, SHORT_CHAT_TOKENS, "one");
  await chat.read(other, SHORT_CHAT_TOKENS, "other");
  const prepareMs: number[] = [];
  const switchMs: number[] = [];
  const ratios: number[] = [];
  /** Of two tokens without a switch: how far the machine alone drives them apart. */
  const stillRatios: number[] = [];
  for (let round = 0; round < SWITCHES; round++) {
    const [stack, name] = round % 2 === 0 ? ([one, "one"] as const) : ([other, "other"] as const);
    const switched = await chat.next(stack, name);
    // The same again, with nothing to switch: the yardstick for the token.
    const still = [await chat.next(stack, name), await chat.next(stack, name)];
    if (round < 2) continue;
    prepareMs.push(switched.prepareMs);
    switchMs.push(switched.switchMs ?? Number.NaN);
    ratios.push(switched.tokenMs / median(still.map(({ tokenMs }) => tokenMs)));
    stillRatios.push((still[0]?.tokenMs ?? Number.NaN) / (still[1]?.tokenMs ?? Number.NaN));
  }
  console.log(
    `  switch: setting the adapters p50 ${median(switchMs).toFixed(2)} ms, p95 ${quantile(switchMs, 0.95).toFixed(2)} ms; with finding the KV cache p50 ${median(prepareMs).toFixed(2)} ms, p95 ${quantile(prepareMs, 0.95).toFixed(2)} ms`,
  );
  const spread = (values: readonly number[]) =>
    `${median(values).toFixed(3)} (half of them ${quantile(values, 0.25).toFixed(2)} to ${quantile(values, 0.75).toFixed(2)})`;
  console.log(
    `  next token against those without a switch: ${spread(ratios)}; one without against another ${spread(stillRatios)}`,
  );
  return {
    "delta.switch_p50_ms": quantile(prepareMs, 0.5),
    "delta.switch_p95_ms": quantile(prepareMs, 0.95),
    "delta.next_token_ratio": median(ratios),
  };
}

/** To a long chat of the base's, from a delta: against reading the chat again. */
async function measureReturn(chat: Chat, other: DeltaToApply[]): Promise<Figures> {
  const readMs = await chat.read([], LONG_CHAT_TOKENS, "long");
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    await chat.next(other, "other");
    const startedMs = performance.now();
    await chat.next([], "long");
    times.push(performance.now() - startedMs);
  }
  // From a file: three other conversations push it out of the context.
  for (const name of ["a", "b", "c", "d"]) await chat.read(other, SHORT_CHAT_TOKENS * 8, name);
  const startedMs = performance.now();
  const restored = await chat.next([], "long");
  const fromFileMs = performance.now() - startedMs;
  console.log(
    `  ${LONG_CHAT_TOKENS} tokens: read in ${Math.round(readMs)} ms; back to them with the next token in ${list(times, 0)} ms; from a file in ${Math.round(fromFileMs)} ms (${restored.cached} tokens kept)`,
  );
  return { "delta.return_ratio": median(times) / readMs, "delta.return_from_file_ratio": fromFileMs / readMs };
}

/** Conversations by name, each of its own tokens. */
class Chat {
  readonly runtime: DeltaRuntime;
  readonly #model: LlamaModel;
  readonly #tokens = new Map<string, Token[]>();

  constructor(model: LlamaModel, runtime: DeltaRuntime) {
    this.#model = model;
    this.runtime = runtime;
  }

  /** Begins a conversation: so many tokens, and one that follows. Milliseconds. */
  async read(stack: DeltaToApply[], tokens: number, name: string): Promise<number> {
    const seed = Buffer.from(name).reduce((sum, byte) => sum * 31 + byte, 7);
    const bos = this.#model.tokens.bos;
    this.#tokens.set(
      name,
      Array.from({ length: tokens }, (_, index) =>
        index === 0 && bos !== null ? bos : ((((index * 37 + seed) % 200) + 1) as Token),
      ),
    );
    const startedMs = performance.now();
    await this.next(stack, name);
    return performance.now() - startedMs;
  }

  /** One token more. */
  async next(
    stack: DeltaToApply[],
    name: string,
  ): Promise<{ prepareMs: number; switchMs: number | null; tokenMs: number; cached: number }> {
    const tokens = this.#tokens.get(name);
    if (tokens === undefined) throw new Error(`nobody began ${name}`);
    const startedMs = performance.now();
    const prepared = await this.runtime.prepare(stack, { chatId: ChatId.parse(name), tokens }, never);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.failure));
    const { sequence, switchMs } = prepared.value;
    const preparedMs = performance.now();
    const tokenStartedMs = computeClockMs(THREADS);
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    const cached = sequence.nextTokenIndex;
    for await (const token of sequence.evaluate(tokens.slice(cached), { temperature: 0, yieldEogToken: true })) {
      tokens.push(token);
      break;
    }
    return { prepareMs: preparedMs - startedMs, switchMs, tokenMs: computeClockMs(THREADS) - tokenStartedMs, cached };
  }
}

/** What the process really has in memory, mapped weights included. */
async function residentBytes(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const match = /^VmRSS:\s+(\d+) kB$/mu.exec(status);
  return match === null ? process.memoryUsage.rss() : Number(match[1]) * 1024;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
