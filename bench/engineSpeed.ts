// Decode and prefill speed of the engine's own path against a bare node-llama-cpp loop: one plain Node process, same file, threads, prompt and sampling, run in turn.
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { LlamaLogLevel, type SequenceEvaluateOptions, type Token } from "node-llama-cpp";
import { TARGET_CONTEXT_TOKENS, type FromEngine } from "../electron/contract/engineProtocol";
import { ChatId, MessageId, ModelId, RequestId } from "../electron/contract/ids";
import type { LoadedModel } from "../electron/contract/model";
import { textParts } from "../electron/contract/parts";
import type { StreamToEngine, StreamToReader } from "../electron/contract/tokenStream";
import { EngineProcess } from "../electron/engine/EngineProcess";
import { startLlama } from "../electron/engine/startLlama";
import { automaticThreads } from "../electron/core/estimator/planLoad";
import { loadChoice, loadReasons } from "../electron/testing/loadChoice";
import { starterModelPath } from "../e2e/starterModelFile";
import { loadBare, measureBare, type Speeds } from "./bareLoop";
import { list, median, type Figures } from "./figures";
import { promptWriterOf } from "./promptWriterOf";

/** Rounds that count; each measures one after the other, in changing order. */
const ROUNDS = 9;
const ANSWER_TOKENS = 64;
const SEED = 42;
/** About 350 tokens to read. Each round begins differently, so that nothing is left in the KV cache from the one before. */
const question = (round: number) =>
  `${round}. ${Array.from({ length: 24 }, (_, line) => `In year ${round * 100 + line} the keeper of the lighthouse counted ${line * 7} ships.`).join(" ")} Write a very long story about it.`;

export async function engineSpeed(): Promise<Figures> {
  const engine = await EngineUnderTest.start(starterModelPath());
  const { threads, contextSizeTokens, samplingDefaults, backend } = engine.model;
  const bare = await loadBare(starterModelPath(), { contextSizeTokens, threads });
  console.log(
    `  ${threads} ${threads === 1 ? "thread" : "threads"}, context ${contextSizeTokens} tokens, ${backend}; ${ANSWER_TOKENS} tokens written in each of ${ROUNDS} rounds`,
  );
  // The engine's own prompt for both: what is compared is evaluation, not templates.
  const writer = await promptWriterOf(bare.model, starterModelPath(), contextSizeTokens);
  const ratios: { prefill: number[]; decode: number[] } = { prefill: [], decode: [] };
  const all: { engine: Speeds[]; bare: Speeds[] } = { engine: [], bare: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const text = question(round);
    const prompt = writer.write({
      systemPrompt: `Round ${round}.`,
      turns: [{ messageId: MessageId.parse("m"), role: "user", parts: textParts(text) }],
      maxTokens: ANSWER_TOKENS,
    });
    if (!prompt.ok) throw new Error(`No prompt: ${prompt.failure.code}`);
    const runEngine = () => engine.measure(text, `Round ${round}.`);
    const runBare = () => measureBare(bare, prompt.value.tokens, ANSWER_TOKENS, bareSampling(samplingDefaults));
    const [first, second] =
      round % 2 === 0 ? [await runEngine(), await runBare()] : [await runBare(), await runEngine()];
    const [ours, yardstick] = round % 2 === 0 ? [first, second] : [second, first];
    // The first round warms caches and the engine's idea of the model's speed.
    if (round === 0) continue;
    all.engine.push(ours);
    all.bare.push(yardstick);
    ratios.prefill.push(ours.prefill / yardstick.prefill);
    ratios.decode.push(ours.decode / yardstick.decode);
  }
  await engine.dispose();
  await bare.dispose();
  for (const kind of ["prefill", "decode"] as const) {
    const [ours, yardstick] = [all.engine.map((one) => one[kind]), all.bare.map((one) => one[kind])];
    console.log(
      `  ${kind}: engine ${median(ours).toFixed(1)} tokens/s, best ${Math.max(...ours).toFixed(1)}; bare ${median(yardstick).toFixed(1)}, best ${Math.max(...yardstick).toFixed(1)}; ratios ${list(ratios[kind], 3)}`,
    );
  }
  return { "engine.decode_ratio": median(ratios.decode), "engine.prefill_ratio": median(ratios.prefill) };
}

/** What the engine hands to node-llama-cpp for these settings; the penalty looks back over the answer's last 64 tokens. */
function bareSampling({ temperature, topP, topK, minP, repeatPenalty }: LoadedModel["samplingDefaults"]) {
  return (answer: readonly Token[]): SequenceEvaluateOptions => ({
    temperature,
    topP,
    topK,
    minP,
    seed: SEED,
    yieldEogToken: true,
    ...(repeatPenalty === 1
      ? {}
      : { repeatPenalty: { punishTokens: () => answer.slice(-64), penalty: repeatPenalty, maxPunishTokens: 64 } }),
  });
}

type Ends = Map<string, (message: Extract<FromEngine, { kind: "end" }>) => void>;

/** The whole engine as main and the window see it: messages in, tokens out over a stream port that returns credits. */
class EngineUnderTest {
  readonly model: LoadedModel;
  readonly #process: EngineProcess;
  readonly #port: FakeWindow;
  readonly #ends: Ends;
  #count = 0;

  private constructor(model: LoadedModel, engine: EngineProcess, port: FakeWindow, ends: Ends) {
    this.model = model;
    this.#process = engine;
    this.#port = port;
    this.#ends = ends;
  }

  static async start(modelPath: string): Promise<EngineUnderTest> {
    const llama = await startLlama({ log: () => undefined, backend: "processor" });
    llama.logLevel = LlamaLogLevel.error;
    const ends: Ends = new Map();
    const engine = new EngineProcess(llama, (message) => {
      if (message.kind === "end") ends.get(message.requestId)?.(message);
    });
    await engine.start();
    const port = new FakeWindow();
    engine.receive({ kind: "reader-port" }, port);
    const loaded = new Promise<Extract<FromEngine, { kind: "end" }>>((resolve) => ends.set("load", resolve));
    engine.receive({
      kind: "load",
      requestId: RequestId.parse("load"),
      modelId: ModelId.parse("starter"),
      path: modelPath,
      name: "starter",
      choice: loadChoice({ contextSizeTokens: TARGET_CONTEXT_TOKENS, threads: automaticThreads(os.cpus().length) }),
      reasons: loadReasons,
      conversationsWithDeltas: 1,
      stateFolder: path.join(os.tmpdir(), `facet-bench-${process.pid}`),
    });
    const { result } = await loaded;
    if (result.kind !== "loaded") throw new Error(`The engine did not load the model: ${JSON.stringify(result)}`);
    return new EngineUnderTest(result.model, engine, port, ends);
  }

  async measure(text: string, systemPrompt: string): Promise<Speeds> {
    const requestId = RequestId.parse(`request-${this.#count++}`);
    const ended = new Promise<Extract<FromEngine, { kind: "end" }>>((resolve) => this.#ends.set(requestId, resolve));
    this.#port.expectFirstText();
    const startedAtMs = performance.now();
    this.#process.receive({
      kind: "generate",
      requestId,
      messageId: MessageId.parse("answer"),
      chatId: ChatId.parse("chat"),
      stack: [],
      turns: [{ messageId: MessageId.parse("m"), role: "user", parts: textParts(text) }],
      settings: { systemPrompt, sampling: {}, seed: SEED, maxTokens: ANSWER_TOKENS },
    });
    const { result } = await ended;
    const endedAtMs = performance.now();
    if (result.kind !== "answered") throw new Error(`The engine did not answer: ${JSON.stringify(result)}`);
    const { promptTokens, cachedTokens, answerTokens } = result.facts;
    const firstAtMs = this.#port.firstTextAtMs;
    if (firstAtMs === null || answerTokens < ANSWER_TOKENS)
      throw new Error(`The answer ended after ${answerTokens} tokens, too early to measure`);
    return {
      prefill: ((promptTokens - cachedTokens) * 1000) / (firstAtMs - startedAtMs),
      decode: ((answerTokens - 1) * 1000) / (endedAtMs - firstAtMs),
    };
  }

  async dispose(): Promise<void> {
    await this.#process.dispose();
  }
}

/** Takes text as the window does, one credit for each batch. */
class FakeWindow {
  firstTextAtMs: number | null = null;
  #listener: ((message: unknown) => void) | null = null;

  expectFirstText(): void {
    this.firstTextAtMs = null;
  }

  post(message: StreamToReader): void {
    if (message.kind !== "batch") return;
    this.firstTextAtMs ??= performance.now();
    const credit: StreamToEngine = { kind: "credit", requestId: message.requestId };
    setImmediate(() => this.#listener?.(credit));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listener = listener;
  }

  onClose(): void {}

  close(): void {}
}
