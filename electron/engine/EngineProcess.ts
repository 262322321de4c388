// Answers main's requests one after the other, each with exactly one end. Engine process.
import type { Llama } from "node-llama-cpp";
import {
  CHECKPOINT_INTERVAL_MS,
  ToEngine,
  type FromEngine,
  type GenerateRequest,
  type LoadRequest,
} from "../contract/engineProtocol";
import { failure } from "../contract/failure";
import { HEARTBEAT_INTERVAL_MS } from "../contract/heartbeat";
import type { ChatId, RequestId } from "../contract/ids";
import { changeParts, type MessagePart } from "../contract/parts";
import { availableMemory } from "./availableMemory";
import { collectGarbage } from "./collectGarbage";
import { DeltaRuntime } from "./deltas/DeltaRuntime";
import { Generator, nowMs } from "./Generator";
import { devicesUsed, gpuDevices } from "./gpuDevices";
import { loadModel, type ModelInMemory } from "./loadModel";
import type { Log } from "./log";
import { processMemory } from "./processMemory";
import { backendName } from "./startLlama";
import { ChannelReaders } from "./ChannelReaders";
import { TokenSender, type StreamPort } from "./TokenSender";

type EndResult = Extract<FromEngine, { kind: "end" }>["result"];

/** Progress is sent in steps of at least this. */
const PROGRESS_STEP = 0.01;

export class EngineProcess {
  readonly #llama: Llama;
  readonly #hasDeltaKernels: boolean;
  readonly #post: (message: FromEngine) => void;
  readonly #log: Log;
  readonly #sender: TokenSender;
  readonly #channelReaders: ChannelReaders;
  readonly #running = new Map<RequestId, AbortController>();
  /** The load in progress, or the last one: generations and loads wait for it. */
  #loading: Promise<void> = Promise.resolve();
  #loaded: { model: ModelInMemory; deltas: DeltaRuntime; generator: Generator } | undefined;
  #generating: Promise<void> | undefined;
  #answering: RequestId | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Resident memory before anything was loaded. */
  #baseBytes = 0;

  /** `hasDeltaKernels`: see deltaKernels.ts; said with what computes. */
  constructor(llama: Llama, post: (message: FromEngine) => void, hasDeltaKernels = false) {
    this.#llama = llama;
    this.#hasDeltaKernels = hasDeltaKernels;
    this.#post = post;
    this.#log = (level, message) => post({ kind: "log", level, message });
    this.#sender = new TokenSender(
      {
        nowMs,
        after: (delayMs, run) => {
          const timer = setTimeout(run, delayMs);
          return () => clearTimeout(timer);
        },
      },
      (requestId) => this.#running.get(requestId)?.abort(),
    );
    this.#channelReaders = new ChannelReaders(this.#sender, post);
  }

  async start(): Promise<void> {
    this.#post({
      kind: "hello",
      llamaCpp: this.#llama.llamaCppRelease.release,
      backend: await backendName(this.#llama, this.#hasDeltaKernels),
      devices: await gpuDevices(this.#llama),
    });
    this.#baseBytes = processMemory().residentBytes;
    const beat = () => {
      void this.#gpuFreeBytes().then((gpuFreeBytes) =>
        this.#post({ kind: "heartbeat", ...processMemory(), gpuFreeBytes }),
      );
    };
    beat();
    this.#heartbeat = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  }

  /** One message of main's; `port` came with it. A message that breaks the protocol is a bug of ours: it is logged. */
  receive(message: unknown, port?: StreamPort): void {
    const parsed = ToEngine.safeParse(message);
    if (!parsed.success) {
      this.#log("error", `a message of main's was not understood: ${parsed.error.issues[0]?.path.join(".") ?? ""}`);
      return;
    }
    const request = parsed.data;
    switch (request.kind) {
      case "reader-port":
        if (port === undefined) this.#log("error", "reader-port came without a port");
        else this.#sender.connect(port);
        return;
      case "reader-open":
      case "reader-says":
      case "reader-close":
        this.#channelReaders.receive(request);
        return;
      case "cancel":
        this.#running.get(request.requestId)?.abort();
        return;
      case "answer-now":
        if (this.#answering === request.requestId) this.#loaded?.generator.answerNow();
        return;
      case "count-tokens":
        this.#post({
          kind: "counted",
          requestId: request.requestId,
          tokens: this.#loaded?.model.model.tokenize(request.text).length ?? null,
        });
        return;
      case "forget-chat":
        this.#forgetChat(request.chatId).catch((error: unknown) =>
          this.#log("warn", `a chat was not forgotten whole: ${String(error)}`),
        );
        return;
      case "load":
        void this.#run(request.requestId, (signal) => this.#load(request, signal));
        return;
      case "generate":
        void this.#runGenerate(request);
        return;
    }
  }

  async #runGenerate(request: GenerateRequest): Promise<void> {
    const { requestId, stack } = request;
    const generator = this.#loaded?.generator;
    await this.#run(requestId, (signal) => this.#generate(request, signal));
    if (stack.length === 0) return;
    // After a stop an adapter may still be on its way into memory.
    await generator?.settled();
    this.#post({ kind: "deltas-settled", requestId });
  }

  /** Frees everything; only tests and benchmarks end an engine this way, main kills it. */
  async dispose(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const controller of this.#running.values()) controller.abort();
    await this.#loading;
    await this.#generating;
    await this.#unload();
  }

  /** The one place where a request ends, whatever happens. */
  async #run(requestId: RequestId, work: (signal: AbortSignal) => Promise<EndResult>): Promise<void> {
    if (this.#running.has(requestId)) {
      this.#log("error", "a request id was used twice");
      return;
    }
    const controller = new AbortController();
    this.#running.set(requestId, controller);
    let result: EndResult;
    try {
      result = await work(controller.signal);
    } catch (error) {
      result = { kind: "failed", failure: failure("internal", {}, error), parts: [] };
    }
    this.#running.delete(requestId);
    this.#post({ kind: "end", requestId, result });
    // Of the load or the answer, while the user reads.
    setImmediate(collectGarbage);
  }

  async #load(request: LoadRequest, signal: AbortSignal): Promise<EndResult> {
    // Loads queue up: a second one begins when the first has ended, and throws its model out.
    const previous = this.#loading;
    let finish = () => {};
    this.#loading = new Promise((resolve) => (finish = resolve));
    try {
      await previous;
      if (this.#generating !== undefined) await this.#generating;
      await this.#unload();
      if (signal.aborted) return { kind: "cancelled" };
      let sent = 0;
      const outcome = await loadModel(request, {
        llama: this.#llama,
        hasDeltaKernels: this.#hasDeltaKernels,
        log: this.#log,
        signal,
        baseBytes: this.#baseBytes,
        onProgress: (fraction) => {
          // Of a model whose tensors have no bytes it is no number.
          if (!(fraction - sent >= PROGRESS_STEP) && fraction !== 1) return;
          sent = fraction;
          this.#post({ kind: "load-progress", requestId: request.requestId, fraction });
        },
      });
      if (!outcome.ok)
        return outcome.failure.code === "request-cancelled"
          ? { kind: "cancelled" }
          : { kind: "failed", failure: outcome.failure, parts: [] };
      const { model, context } = outcome.value;
      const deltas = new DeltaRuntime({
        model,
        context,
        modelPath: request.path,
        stateFolder: request.stateFolder,
        conversations: request.conversationsWithDeltas,
        freeBytes: () => this.#freeBytes(),
        log: this.#log,
        onChanged: (inMemory) => this.#post({ kind: "deltas", deltas: inMemory }),
      });
      this.#loaded = { model: outcome.value, deltas, generator: new Generator(outcome.value, deltas) };
      return { kind: "loaded", model: outcome.value.facts };
    } finally {
      finish();
    }
  }

  async #unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    if (loaded === undefined) return;
    await loaded.generator.settled();
    loaded.deltas.dispose();
    await loaded.model.dispose();
  }

  async #forgetChat(chatId: ChatId): Promise<void> {
    // An answer that is being written uses its chat's KV cache.
    if (this.#generating !== undefined) await this.#generating;
    await this.#loaded?.generator.settled();
    await this.#loaded?.deltas.forgetChat(chatId);
  }

  /** Where adapters and conversations go: the GPU's memory, or the computer's. */
  async #freeBytes(): Promise<number> {
    return (await this.#gpuFreeBytes()) ?? (await availableMemory()).availableBytes;
  }

  /** null without a GPU. */
  async #gpuFreeBytes(): Promise<number | null> {
    if (this.#llama.gpu === false) return null;
    const devices = await gpuDevices(this.#llama).catch(() => null);
    return devices && devicesUsed(devices).reduce((sum, { freeBytes }) => sum + freeBytes, 0);
  }

  async #generate(request: GenerateRequest, signal: AbortSignal): Promise<EndResult> {
    await this.#loading;
    if (this.#generating !== undefined) return { kind: "failed", failure: failure("engine-busy"), parts: [] };
    if (this.#loaded === undefined)
      return { kind: "failed", failure: failure("internal", {}, "no model is loaded"), parts: [] };
    if (signal.aborted) return { kind: "cancelled" };
    const { generator } = this.#loaded;
    let finish = () => {};
    this.#generating = new Promise((resolve) => (finish = resolve));
    this.#answering = request.requestId;
    try {
      return await this.#answer(request, generator, signal);
    } finally {
      this.#generating = undefined;
      this.#answering = undefined;
      finish();
    }
  }

  async #answer(request: GenerateRequest, generator: Generator, signal: AbortSignal): Promise<EndResult> {
    const { requestId, messageId } = request;
    let parts: MessagePart[] = [];
    let checkpointed = parts;
    const checkpoints = setInterval(() => {
      if (parts === checkpointed) return;
      checkpointed = parts;
      this.#post({ kind: "checkpoint", requestId, parts });
    }, CHECKPOINT_INTERVAL_MS);
    this.#sender.begin(requestId, messageId);
    let outcome: "complete" | "stopped" | "failed" = "failed";
    try {
      const result = await generator.generate(
        request,
        {
          onDeltasSettled: () => {
            if (request.stack.length > 0) this.#post({ kind: "deltas-settled", requestId });
          },
          onPrefill: (fraction) => this.#post({ kind: "prefill-progress", requestId, fraction }),
          onChanges: (sent) => {
            for (const change of sent.changes) parts = changeParts(parts, change);
            this.#sender.push(sent);
          },
        },
        signal,
      );
      if (result.kind === "answered") outcome = result.facts.endReason === "stopped" ? "stopped" : "complete";
      return result;
    } finally {
      clearInterval(checkpoints);
      this.#sender.end(outcome);
    }
  }
}
