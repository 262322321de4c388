// Writes one answer: fits the prompt, reads it (prefill), then token after token (decode). Engine process.
import type { LlamaContext, LlamaContextSequence, LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import type { AnswerFacts } from "../contract/chat";
import type { DeltaToApply, Turn } from "../contract/engineProtocol";
import { failure, type Failure } from "../contract/failure";
import type { ChatId } from "../contract/ids";
import { changeParts, type MessagePart, type PartChange } from "../contract/parts";
import type { ChatSettings } from "../contract/sampling";
import { readTools } from "../contract/tools";
import { AnswerReader } from "./answer/AnswerReader";
import type { DeltaRuntime } from "./deltas/DeltaRuntime";
import type { ModelInMemory } from "./loadModel";
import type { Prompt } from "./PromptWriter";
import { answerGrammar } from "./sampling/answerGrammar";
import { NoTokenFits } from "./sampling/deadEnds";
import { mergeSampling, sampleTokens } from "./sampling/sampleTokens";
import type { JsonValue } from "./template/JinjaTemplate";

/**
 * Prefill goes in chunks, because one call into llama.cpp cannot be interrupted and its progress not be seen.
 * Stop does not wait for a chunk to end (`untilStopped`), so its length only says how long the processor is still
 * busy after a stop, and how soon the next request can begin. Longer chunks are faster up to about 128 tokens: with
 * the starter model on one thread, chunks of 128 and 256 tokens cost no more than one batch of 512, chunks of 64
 * about 10 % more, of 32 about 20 %. Two seconds are 256 tokens of that model on a slow core, 128 on a busy one.
 */
const CHUNK_TARGET_MS = 2000;
/** Also the first chunk of a model of unknown speed. */
const MIN_CHUNK_TOKENS = 32;

export interface GenerateRequest {
  chatId: ChatId;
  /** Who answers; empty = the base. */
  stack: readonly DeltaToApply[];
  turns: readonly Turn[];
  settings: ChatSettings;
}

export interface GenerateEvents {
  /** The stack is in memory and at work, or cannot be. */
  onDeltasSettled: () => void;
  /** 0…1; called after each chunk. */
  onPrefill: (fraction: number) => void;
  onChanges: (sent: AnswerChanges) => void;
}

export interface AnswerChanges {
  changes: readonly PartChange[];
  answerTokens: number;
  contextUsedTokens: number;
  /** When the newest token of them was sampled, on the clock of nowMs(). */
  tokenAtMs: number;
}

export type GenerateResult =
  | { kind: "answered"; parts: MessagePart[]; facts: AnswerFacts }
  | { kind: "failed"; failure: Failure; parts: MessagePart[] };

/** Like Date.now(), with fractions: comparable between processes. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Generates on one model, one answer at a time. */
export class Generator {
  readonly #loaded: ModelInMemory;
  readonly #deltas: DeltaRuntime;
  /** The native call that a stop left behind; the sequence is free when it has ended. */
  #unfinished: Promise<unknown> = Promise.resolve();
  /** The best prefill speed seen with this model, for the length of chunks: other work only makes it look slow. */
  #prefillTokensPerMs = 0;

  /** Of the answer that is being written. */
  #reader: AnswerReader | undefined;

  constructor(loaded: ModelInMemory, deltas: DeltaRuntime) {
    this.#loaded = loaded;
    this.#deltas = deltas;
  }

  /** Never throws for what model, settings or conversation can cause; `signal` ends it with endReason "stopped". */
  async generate(request: GenerateRequest, events: GenerateEvents, signal: AbortSignal): Promise<GenerateResult> {
    const answer: GrowingAnswer = { parts: [] };
    try {
      return await this.#generate(request, events, signal, answer);
    } catch (error) {
      const kind = request.settings.structure?.kind;
      const isStuck = error instanceof NoTokenFits && kind !== undefined;
      return {
        kind: "failed",
        failure: isStuck
          ? failure("structure-invalid", { kind, reason: "no-token-fits" })
          : failure("internal", {}, error),
        parts: answer.parts,
      };
    }
  }

  /** Ends the thought of the answer that is being written, or that begins it; the next token belongs to the answer. */
  answerNow(): void {
    this.#reader?.answerNow();
  }

  /** Resolves when no native call is running any more: before the model may be disposed of. */
  async settled(): Promise<void> {
    await this.#unfinished;
  }

  async #generate(
    { chatId, stack, turns, settings }: GenerateRequest,
    events: GenerateEvents,
    signal: AbortSignal,
    answer: GrowingAnswer,
  ): Promise<GenerateResult> {
    const startedAtMs = nowMs();
    const { model, promptWriter, facts: modelFacts } = this.#loaded;
    await this.#unfinished;

    const tools = toolsOf(settings);
    const written = promptWriter.write({
      systemPrompt: settings.systemPrompt,
      turns,
      maxTokens: settings.maxTokens,
      thinking: settings.thinking,
      tools,
    });
    if (!written.ok) return { kind: "failed", failure: written.failure, parts: [] };
    const prompt = written.value;
    const grammar = await answerGrammar(settings.structure, model);
    if (!grammar.ok) return { kind: "failed", failure: grammar.failure, parts: [] };
    const { tokens, firstSeenMessageId } = prompt;
    const reader = (this.#reader = new AnswerReader({
      model,
      tools,
      syntax: prompt.answer,
      prompt: prompt.text,
      stopTokens: prompt.stopTokens,
      stopTexts: [...prompt.stopTexts, ...(settings.stopTexts ?? [])],
      thoughtBudget: settings.thinking?.budgetTokens,
    }));

    const stop = stopOn(signal);
    const facts: AnswerFacts = {
      modelId: modelFacts.modelId,
      modelName: modelFacts.name,
      promptTokens: tokens.length,
      cachedTokens: 0,
      answerTokens: 0,
      timeToFirstTokenMs: null,
      prefillTokensPerSecond: null,
      decodeTokensPerSecond: null,
      contextUsedTokens: 0,
      contextSizeTokens: modelFacts.contextSizeTokens,
      deltaLoadMs: null,
      deltaSwitchMs: null,
      format: prompt.format.problem === null ? null : { name: prompt.format.name, problem: prompt.format.problem },
      endReason: "stopped",
      firstSeenMessageId,
    };
    let sequence: LlamaContextSequence | undefined;
    try {
      const prepared = await this.#untilStopped(this.#deltas.prepare(stack, { chatId, tokens }, signal), stop);
      if (prepared === STOPPED) return { kind: "answered", parts: [], facts };
      events.onDeltasSettled();
      if (!prepared.ok) return { kind: "failed", failure: prepared.failure, parts: [] };
      const place = prepared.value;
      sequence = place.sequence;
      facts.deltaLoadMs = place.loadMs;
      facts.deltaSwitchMs = place.switchMs;
      // Without its last token, so that there is always one to evaluate. No shifting: what a shift keeps was computed
      // for other neighbours, and the same conversation would get another answer.
      const aligned = await this.#untilStopped(sequence.adaptStateToTokens(tokens.slice(0, -1), false), stop);
      facts.cachedTokens = sequence.nextTokenIndex;
      const prefillStartMs = nowMs();
      const lastChunk = aligned === STOPPED ? STOPPED : await this.#prefill(place, tokens, events, stop);
      if (lastChunk !== STOPPED) {
        const plan = {
          ...place,
          startedAtMs,
          prefillStartMs,
          lastChunk,
          prompt,
          reader,
          grammar: grammar.value,
          settings,
        };
        await this.#decode(plan, facts, events, stop, answer);
      }
    } finally {
      this.#reader = undefined;
      stop.dispose();
    }
    facts.contextUsedTokens = sequence.disposed || model.disposed ? 0 : sequence.nextTokenIndex;
    return { kind: "answered", parts: answer.parts, facts };
  }

  /**
   * Evaluates all but the last chunk, which it returns: it is evaluated together with the first sampling.
   *
   * All chunks go through one run of `evaluate`, whose sampled tokens are thrown away: each run of node-llama-cpp has a sampler
   * with a row of candidates, 12 bytes for each token of the vocabulary, which only the garbage collector frees, and V8 does not
   * know of it (llama/addon/AddonSampler.cpp: dispose() leaves `tokenCandidates`). A run for each chunk of 128 tokens was seen to
   * pile up 3 MB a chunk with a vocabulary of 262,144 tokens. What the samples cost is the output layer for one token a chunk.
   */
  async #prefill(
    { sequence, context }: Place,
    tokens: readonly Token[],
    events: GenerateEvents,
    stop: Stop,
  ): Promise<Token[] | typeof STOPPED> {
    const start = sequence.nextTokenIndex;
    let next = start;
    let run: AsyncGenerator<Token, void, void | Token[]> | undefined;
    try {
      for (;;) {
        events.onPrefill((next - start) / (tokens.length - start));
        const chunk = tokens.slice(next, next + this.#chunkTokens(context.batchSize));
        if (next + chunk.length >= tokens.length) {
          // A place to come back to for models whose state cannot be cut at any token (recurrent, sliding window).
          if (sequence.needsCheckpoints && next > start) await sequence.takeCheckpoint();
          return chunk;
        }
        const chunkStartMs = performance.now();
        // Greedy, and past end tokens: what is sampled here means nothing.
        const read =
          run === undefined
            ? (run = sequence.evaluate(chunk, { temperature: 0, yieldEogToken: true })).next()
            : run.next(chunk);
        if ((await this.#untilStopped(read, stop)) === STOPPED) return STOPPED;
        this.#learnPrefillSpeed(chunk.length, performance.now() - chunkStartMs);
        next += chunk.length;
      }
    } finally {
      // After a stop a native call is still running; return() takes effect when it has ended.
      if (run !== undefined)
        this.#unfinished = run.return().then(
          () => undefined,
          () => undefined,
        );
    }
  }

  #learnPrefillSpeed(tokens: number, durationMs: number): void {
    this.#prefillTokensPerMs = Math.max(this.#prefillTokensPerMs, tokens / Math.max(1, durationMs));
  }

  #chunkTokens(batchSize: number): number {
    // A multiple of 16, which is what the matrix kernels like.
    const tokens = Math.round((this.#prefillTokensPerMs * CHUNK_TARGET_MS) / 16) * 16;
    return Math.min(batchSize, Math.max(MIN_CHUNK_TOKENS, tokens));
  }

  async #decode(
    plan: DecodePlan,
    facts: AnswerFacts,
    events: GenerateEvents,
    stop: Stop,
    answer: GrowingAnswer,
  ): Promise<void> {
    const { model, promptWriter, facts: modelFacts } = this.#loaded;
    const { settings, lastChunk, sequence, context, reader } = plan;
    const emit = (changes: readonly PartChange[], tokenAtMs: number) => {
      if (changes.length === 0) return;
      for (const change of changes) answer.parts = changeParts(answer.parts, change);
      events.onChanges({
        changes,
        tokenAtMs,
        answerTokens: facts.answerTokens,
        contextUsedTokens: sequence.nextTokenIndex,
      });
    };
    const iterator = sampleTokens(sequence, lastChunk, {
      model,
      settings,
      answerTokens: reader.tokens,
      sampling: mergeSampling(modelFacts.samplingDefaults, settings.sampling),
      hasGrammar: plan.grammar !== undefined,
      grammar: () => (reader.isInAnswer ? plan.grammar : undefined),
    });
    const lastChunkStartMs = nowMs();
    const prefillTokens = facts.promptTokens - facts.cachedTokens;
    let firstTokenAtMs = 0;
    let tokenAtMs = 0;
    /** Written in the place of the last token that was sampled. */
    let instead: Token[] | null = null;
    try {
      for (;;) {
        const next = await this.#untilStopped(instead === null ? iterator.next() : iterator.next(instead), stop);
        if (next === STOPPED) break; // endReason is "stopped" already
        if (next.done === true) {
          facts.endReason = "end";
          break;
        }
        tokenAtMs = nowMs();
        if (facts.timeToFirstTokenMs === null) {
          firstTokenAtMs = tokenAtMs;
          facts.timeToFirstTokenMs = tokenAtMs - plan.startedAtMs;
          facts.prefillTokensPerSecond = perSecond(prefillTokens, tokenAtMs - plan.prefillStartMs);
          this.#learnPrefillSpeed(lastChunk.length, tokenAtMs - lastChunkStartMs);
          events.onPrefill(1);
        }
        instead = reader.tokensInstead(context.contextSize - 2 - sequence.nextTokenIndex);
        const changes = (instead ?? [next.value]).flatMap((token) => reader.push(token, tokenAtMs));
        facts.answerTokens = reader.tokens.length;
        emit(changes, tokenAtMs);
        if (reader.isOver) {
          facts.endReason = "end";
          break;
        }
        if (settings.maxTokens !== undefined && facts.answerTokens >= settings.maxTokens) {
          facts.endReason = "length";
          break;
        }
        // One more would make the library shift the context under the conversation.
        if (sequence.nextTokenIndex + (instead?.length ?? 1) >= context.contextSize) {
          facts.endReason = "context";
          break;
        }
      }
    } finally {
      // After a stop a native call is still running; return() takes effect when it has ended.
      this.#unfinished = iterator.return().catch(() => undefined);
    }
    emit(reader.finish(tokenAtMs), tokenAtMs);
    facts.answerTokens = reader.tokens.length;
    promptWriter.rememberAnswer(plan.prompt, reader.tokens);
    facts.decodeTokensPerSecond =
      facts.answerTokens < 2 ? null : perSecond(facts.answerTokens - 1, tokenAtMs - firstTokenAtMs);
    if (facts.endReason !== "stopped") await this.#unfinished;
  }

  /** The value, or STOPPED as soon as there is a stop; the work then goes on in the background until it ends. */
  async #untilStopped<Value>(work: Promise<Value>, stop: Stop): Promise<Value | typeof STOPPED> {
    const result = await Promise.race([work, stop.promise]);
    if (result === STOPPED)
      this.#unfinished = work.then(
        () => undefined,
        () => undefined,
      );
    return result;
  }
}

/** What is no list of tools is none. */
function toolsOf({ tools }: ChatSettings): JsonValue[] | undefined {
  const reading = readTools(tools ?? "");
  return reading.ok && reading.tools.length > 0 ? (JSON.parse(tools ?? "") as JsonValue[]) : undefined;
}

/** What is written so far, also when it fails. */
interface GrowingAnswer {
  parts: MessagePart[];
}

const STOPPED = Symbol("stopped");

/** Where this answer is computed. */
interface Place {
  context: LlamaContext;
  sequence: LlamaContextSequence;
}

interface DecodePlan extends Place {
  startedAtMs: number;
  prefillStartMs: number;
  /** Tokens of the prompt that are not evaluated yet; at least one. */
  lastChunk: Token[];
  prompt: Prompt;
  grammar: LlamaGrammarEvaluationState | undefined;
  reader: AnswerReader;
  settings: ChatSettings;
}

interface Stop {
  promise: Promise<typeof STOPPED>;
  dispose: () => void;
}

function stopOn(signal: AbortSignal): Stop {
  let listener = () => {};
  const promise = new Promise<typeof STOPPED>((resolve) => (listener = () => resolve(STOPPED)));
  if (signal.aborted) listener();
  signal.addEventListener("abort", listener, { once: true });
  return { promise, dispose: () => signal.removeEventListener("abort", listener) };
}

function perSecond(tokens: number, durationMs: number): number | null {
  return tokens > 0 && durationMs > 0 ? (tokens / durationMs) * 1000 : null;
}
