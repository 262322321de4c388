// Speaks with a real engine in a Node process of its own, as main does, and notices when it dies.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FromEngine, type ProcessMemory } from "../contract/engineProtocol";
import { ChatId, MessageId, ModelId, RequestId } from "../contract/ids";
import { textParts } from "../contract/parts";
import { loadChoice, loadReasons } from "./loadChoice";

type End = Extract<FromEngine, { kind: "end" }>["result"];
/** What became of a request: its end, or the end of the process. */
export type EngineAnswer = End | { kind: "died"; code: number | null; signal: string | null } | { kind: "silent" };

export class ForkedEngine {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (answer: EngineAnswer) => void>();
  #next = 0;
  #isAlive = true;
  /** As of its last heartbeat. */
  memory: ProcessMemory | null = null;
  readonly log: string[] = [];

  constructor() {
    // Tests, and so whoever forks, may have been started by a loader of their own.
    this.#child = fork(fileURLToPath(new URL("engineChild.ts", import.meta.url)), [], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (data: Buffer) => this.log.push(data.toString()));
    this.#child.on("message", (data) => this.#receive(data));
    this.#child.on("exit", (code, signal) => {
      this.#isAlive = false;
      for (const settle of this.#waiting.values()) settle({ kind: "died", code, signal });
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  load(path: string, stateFolder: string, timeoutMs: number, contextSizeTokens = 512): Promise<EngineAnswer> {
    return this.#ask(
      {
        kind: "load",
        modelId: ModelId.parse("model"),
        path,
        name: "A model",
        choice: loadChoice({ contextSizeTokens }),
        reasons: loadReasons,
        stateFolder,
        conversationsWithDeltas: 1,
      },
      timeoutMs,
    );
  }

  /** One short answer. */
  answer(text: string, timeoutMs: number): Promise<EngineAnswer> {
    const turns = [{ messageId: MessageId.parse("question"), role: "user", parts: textParts(text) }];
    return this.#ask(
      {
        kind: "generate",
        messageId: MessageId.parse("answer"),
        chatId: ChatId.parse("chat"),
        turns,
        stack: [],
        settings: { systemPrompt: "Be brief.", sampling: {}, seed: 1, maxTokens: 4 },
      },
      timeoutMs,
    );
  }

  async stop(): Promise<void> {
    if (!this.#isAlive) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }

  #ask(message: object, timeoutMs: number): Promise<EngineAnswer> {
    const requestId = RequestId.parse(`r${++this.#next}`);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ kind: "silent" }), timeoutMs);
      const settle = (answer: EngineAnswer) => {
        clearTimeout(timer);
        this.#waiting.delete(requestId);
        resolve(answer);
      };
      this.#waiting.set(requestId, settle);
      if (this.#isAlive) this.#child.send({ ...message, requestId });
      else settle({ kind: "died", code: this.#child.exitCode, signal: this.#child.signalCode });
    });
  }

  #receive(data: unknown): void {
    const parsed = FromEngine.safeParse(data);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.kind === "heartbeat") this.memory = message;
    else if (message.kind === "end") this.#waiting.get(message.requestId)?.(message.result);
    else if (message.kind === "log") this.log.push(message.message);
  }
}
