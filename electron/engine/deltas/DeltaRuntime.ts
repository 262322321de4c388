// Puts a stack of deltas to work for one answer: brings them into memory, sets them, and hands out the KV cache
// that was computed under exactly this stack. Engine process.
import { existsSync } from "node:fs";
import type { LlamaContext, LlamaContextOptions, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import type { EngineDeltas } from "../../contract/deltas";
import type { DeltaToApply } from "../../contract/engineProtocol";
import { fail, succeed, type Failure, type Outcome } from "../../contract/failure";
import { withMissingDetails } from "../../contract/failureDetails";
import type { DeltaId } from "../../contract/ids";
import type { Log } from "../log";
import { collectGarbage } from "../collectGarbage";
import { adapterSelfTest } from "./adapterSelfTest";
import { deltaAppliers, deltaKinds, type DeltaApplier } from "./deltaKinds";
import { inspectDelta } from "./inspectDelta";
import { KvSequences, type Conversation } from "./KvSequences";
import { matchDelta, readBaseShapes, type BaseShapes } from "./matchDelta";

/** Left to the window, the system, and to estimates that are a little low. */
const MEMORY_RESERVE_BYTES = 512 * 1024 * 1024;
/** With a context for each stack: the base's and one more. */
const MAX_STACK_CONTEXTS = 2;

export interface DeltaRuntimeOptions {
  model: LlamaModel;
  modelPath: string;
  /** With no adapter. The runtime owns it from now on, and may replace it by one like it. */
  context: LlamaContext;
  /** That the context holds once deltas are used, as main planned it (core/estimator/planLoad.ts); a few more are in files. */
  conversations: number;
  /** For KV caches that leave the memory. */
  stateFolder: string;
  /** That can be taken without swapping, or of the GPU's where the model is there. */
  freeBytes: () => Promise<number>;
  log: Log;
  onChanged: (deltas: EngineDeltas) => void;
  /** Decides how deltas are changed; null = by the self-test. For tests of the slower way. */
  way?: EngineDeltas["way"];
}

export interface Prepared {
  context: LlamaContext;
  sequence: LlamaContextSequence;
  /** null where nothing had to be loaded or changed. */
  loadMs: number | null;
  switchMs: number | null;
}

interface LoadedDelta {
  deltaId: DeltaId;
  path: string;
  applier: DeltaApplier;
  bytes: number;
  usedAt: number;
}

export class DeltaRuntime {
  readonly #options: DeltaRuntimeOptions;
  readonly #sequences: KvSequences;
  /** By stack. With the way "switch" there is one, for all of them. */
  readonly #contexts = new Map<string, LlamaContext>();
  readonly #loaded = new Map<DeltaId, LoadedDelta>();
  /** Known once the first delta was asked for. */
  #ready: { way: EngineDeltas["way"]; base: BaseShapes } | null = null;
  /** What is set on the live context. */
  #currentKey = BASE_KEY;
  #uses = 0;

  constructor(options: DeltaRuntimeOptions) {
    this.#options = options;
    this.#sequences = new KvSequences(options.stateFolder, options.log);
    this.#contexts.set(BASE_KEY, options.context);
  }

  /**
   * Before each answer. Failures: those of inspectDelta and matchDelta, "delta-too-large-for-memory",
   * "delta-load-failed"; the base and what was loaded before can be used on.
   */
  async prepare(
    stack: readonly DeltaToApply[],
    conversation: Omit<Conversation, "stackKey">,
    signal: AbortSignal,
  ): Promise<Outcome<Prepared>> {
    const wanted = inOrder(stack);
    const stackKey = keyOf(wanted);
    const startedMs = performance.now();
    const loaded = await this.#load(wanted, signal);
    if (!loaded.ok) return loaded;
    const loadedMs = performance.now();
    const switches = stackKey !== this.#currentKey;
    const context = await this.#contextFor(stackKey, wanted);
    if (!context.ok) return context;
    const switchedMs = performance.now();
    const sequence = await this.#sequences.take(context.value, { ...conversation, stackKey });
    if (loaded.value || switches) this.emit();
    return succeed({
      context: context.value,
      sequence,
      loadMs: loaded.value ? loadedMs - startedMs : null,
      switchMs: switches ? switchedMs - loadedMs : null,
    });
  }

  forgetChat(chatId: Conversation["chatId"]): Promise<void> {
    return this.#sequences.forgetChat(chatId);
  }

  /** Before the model goes, which takes contexts and adapters along. */
  dispose(): void {
    this.#sequences.forgetAll();
  }

  /** True when something was loaded. Each delta is checked again: the file may have changed since it was added. */
  async #load(wanted: readonly DeltaToApply[], signal: AbortSignal): Promise<Outcome<boolean>> {
    const missing = wanted.filter(({ deltaId }) => !this.#loaded.has(deltaId));
    const uses = ++this.#uses;
    for (const { deltaId } of wanted) {
      const loaded = this.#loaded.get(deltaId);
      if (loaded !== undefined) loaded.usedAt = uses;
    }
    if (missing.length === 0) return succeed(false);
    const ready = await this.#getReady();
    if (!ready.ok) return ready;
    for (const delta of missing) {
      signal.throwIfAborted();
      const loaded = await this.#loadOne(delta, wanted, ready.value.base);
      if (!loaded.ok) return { ok: false, failure: withName(loaded.failure, delta.name) };
    }
    // The pieces in which they were checked.
    collectGarbage();
    return succeed(true);
  }

  async #loadOne(
    { deltaId, path }: DeltaToApply,
    wanted: readonly DeltaToApply[],
    base: BaseShapes,
  ): Promise<Outcome<undefined>> {
    const delta = await inspectDelta(path);
    if (!delta.ok) return delta.failure.code === "model-missing" ? fail("delta-deleted") : delta;
    const match = matchDelta(delta.value, base);
    if (!match.ok) return match;
    const { kind, weightsBytes: bytes } = delta.value.facts;
    const { applier } = deltaKinds[kind];
    const room = await this.#makeRoom(bytes, new Set(wanted.map((other) => other.deltaId)));
    if (!room.ok) return room;
    if (this.#ready?.way === "switch") {
      try {
        await applier.load(this.#live, path);
      } catch (error) {
        return fail(existsSync(path) ? "delta-load-failed" : "delta-deleted", {}, error);
      }
    }
    this.#loaded.set(deltaId, { deltaId, path, applier, bytes, usedAt: this.#uses });
    return succeed(undefined);
  }

  /** Unloads what was not used for longest until there is room, never what this answer needs. */
  async #makeRoom(bytes: number, needed: ReadonlySet<DeltaId>): Promise<Outcome<undefined>> {
    for (;;) {
      const freeBytes = await this.#options.freeBytes();
      if (freeBytes >= bytes + MEMORY_RESERVE_BYTES) return succeed(undefined);
      const oldest = [...this.#loaded.values()]
        .filter(({ deltaId }) => !needed.has(deltaId))
        .sort((one, other) => one.usedAt - other.usedAt)[0];
      if (oldest === undefined || this.#ready?.way !== "switch")
        return fail("delta-too-large-for-memory", {
          neededBytes: String(bytes),
          availableBytes: String(Math.max(0, freeBytes - MEMORY_RESERVE_BYTES)),
        });
      // It may be the one that is set.
      await this.#set([]);
      this.#currentKey = BASE_KEY;
      await oldest.applier.unload(this.#live, oldest.path);
      this.#loaded.delete(oldest.deltaId);
      this.#options.log("info", "a delta left the memory to make room");
    }
  }

  /** Once per model, when the first delta is wanted: until then the model takes no more than without deltas. */
  async #getReady(): Promise<Outcome<{ base: BaseShapes }>> {
    if (this.#ready !== null) return succeed(this.#ready);
    const { modelPath, stateFolder, log, way } = this.#options;
    const base = await readBaseShapes(modelPath);
    if (!base.ok) return base;
    if (way !== "context-per-stack") await this.#growContext();
    // The self-test needs a sequence of its own.
    if (way === undefined && this.#live.sequencesLeft === 0) await this.#sequences.leave(this.#live);
    const problem = way === undefined ? await adapterSelfTest(this.#live, base.value, stateFolder) : null;
    if (problem !== null)
      log("error", `deltas get a context each, because the live one cannot change them: ${problem}`);
    this.#ready = { way: way ?? (problem === null ? "switch" : "context-per-stack"), base: base.value };
    return succeed(this.#ready);
  }

  /**
   * From one conversation to the planned number, where there were no deltas when the model was loaded; what the base had
   * read is read once more then. llama.cpp cannot move it: saved states are of one number of sequences.
   */
  async #growContext(): Promise<void> {
    const { conversations, log } = this.#options;
    const old = this.#live;
    if (old.totalSequences >= conversations) return;
    this.#sequences.forgetAll();
    await old.dispose();
    try {
      this.#contexts.set(BASE_KEY, await this.#createContext(old, conversations));
    } catch (error) {
      log("warn", `no context for ${conversations} conversations: ${String(error)}`);
      this.#contexts.set(BASE_KEY, await this.#createContext(old, 1));
    }
  }

  async #contextFor(stackKey: string, wanted: readonly DeltaToApply[]): Promise<Outcome<LlamaContext>> {
    if (this.#ready?.way === "context-per-stack") return this.#contextOfStack(stackKey, wanted);
    if (stackKey === this.#currentKey) return succeed(this.#live);
    try {
      await this.#set(wanted);
      this.#currentKey = stackKey;
      return succeed(this.#live);
    } catch (error) {
      // Which are set now is not known: the next answer sets its own.
      this.#currentKey = UNKNOWN_KEY;
      return fail("delta-load-failed", {}, error);
    }
  }

  /** Exactly these, on the live context. All of them are loaded. */
  async #set(wanted: readonly DeltaToApply[]): Promise<void> {
    for (const applier of deltaAppliers) await applier.set(this.#live, this.#appliedBy(applier, wanted));
  }

  #appliedBy(applier: DeltaApplier, wanted: readonly DeltaToApply[]): DeltaToApply[] {
    return wanted.filter(({ deltaId }) => this.#loaded.get(deltaId)?.applier === applier);
  }

  /** The public way: adapters are an option of a new context. */
  async #contextOfStack(stackKey: string, wanted: readonly DeltaToApply[]): Promise<Outcome<LlamaContext>> {
    this.#currentKey = stackKey;
    const known = this.#contexts.get(stackKey);
    if (known !== undefined) return succeed(known);
    for (const [key, context] of this.#contexts) {
      if (this.#contexts.size < MAX_STACK_CONTEXTS) break;
      if (key === BASE_KEY) continue;
      await this.#sequences.leave(context);
      await context.dispose();
      this.#contexts.delete(key);
    }
    try {
      const context = await this.#createContext(this.#live, 1, wanted);
      this.#contexts.set(stackKey, context);
      return succeed(context);
    } catch (error) {
      return fail("delta-load-failed", {}, error);
    }
  }

  /** Like another one in all but the number of its sequences and its deltas. */
  #createContext(like: LlamaContext, sequences: number, deltas: readonly DeltaToApply[] = []): Promise<LlamaContext> {
    return this.#options.model.createContext({
      sequences,
      contextSize: like.contextSize,
      batchSize: like.batchSize,
      flashAttention: like.flashAttention,
      experimentalKvCacheKeyType: like.kvCacheKeyType,
      experimentalKvCacheValueType: like.kvCacheValueType,
      threads: like.idealThreads,
      failedCreationRemedy: false,
      ignoreMemorySafetyChecks: true,
      ...[...deltaAppliers].reduce<Partial<LlamaContextOptions>>(
        (options, applier) => ({ ...options, ...applier.contextOptions(this.#appliedBy(applier, deltas)) }),
        {},
      ),
    });
  }

  /** Says what is in memory now. */
  emit(): void {
    const contextBytes = [...this.#contexts.values()].reduce(
      (sum, { memoryUsage }) => sum + memoryUsage.ram + memoryUsage.vram,
      0,
    );
    const loaded = [...this.#loaded.values()].sort((one, other) => other.usedAt - one.usedAt);
    this.#options.onChanged({
      loaded: loaded.map(({ deltaId, bytes }) => ({ deltaId, bytes })),
      way: this.#ready?.way ?? "switch",
      contextBytes,
    });
  }

  get #live(): LlamaContext {
    const context = this.#contexts.get(BASE_KEY);
    if (context === undefined) throw new Error("the context could not be made anew");
    return context;
  }
}

const BASE_KEY = "";
const UNKNOWN_KEY = "?";

/** Adapters are added up, so their order changes no more than the rounding: one order for all makes one KV cache. */
function inOrder(stack: readonly DeltaToApply[]): DeltaToApply[] {
  return stack.filter(({ scale }) => scale !== 0).sort((one, other) => (one.deltaId < other.deltaId ? -1 : 1));
}

/** Delta ids are of the content, so a file that was replaced has another key. */
function keyOf(stack: readonly DeltaToApply[]): string {
  return stack.map(({ deltaId, scale }) => `${deltaId}*${scale}`).join("+");
}

function withName(failure: Failure, name: string): Failure {
  return withMissingDetails(failure, { delta: name });
}
