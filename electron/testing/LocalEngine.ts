// Speaks with a real engine in this process, as main does.
import type { EngineProcess } from "../engine/EngineProcess";
import { FromEngine, type LoadRequest, type Turn } from "../contract/engineProtocol";
import { ChatId, MessageId, ModelId, RequestId } from "../contract/ids";
import type { LoadChoice } from "../contract/loadSettings";
import type { ChatSettings } from "../contract/sampling";
import { loadChoice, loadReasons } from "./loadChoice";

type End = Extract<FromEngine, { kind: "end" }>["result"];
export type Answered = Extract<End, { kind: "answered" }>;

/** Main's side: sends requests, keeps every message, checks each against the contract. */
export class LocalEngine {
  readonly messages: FromEngine[] = [];
  engine: EngineProcess | undefined;
  /** For KV caches that leave the memory. */
  stateFolder = "";
  #next = 0;
  #waiting = new Map<string, (result: End) => void>();
  #watchers = new Set<(message: FromEngine) => void>();

  post = (message: FromEngine): void => {
    const parsed = FromEngine.parse(message);
    this.messages.push(parsed);
    for (const watch of this.#watchers) watch(parsed);
    if (parsed.kind === "end") this.#waiting.get(parsed.requestId)?.(parsed.result);
  };

  newId(): RequestId {
    return RequestId.parse(`r${++this.#next}`);
  }

  send(message: object): void {
    this.engine?.receive(structuredClone(message));
  }

  ask(message: { requestId: RequestId; [key: string]: unknown }): Promise<End> {
    const end = new Promise<End>((resolve) => this.#waiting.set(message.requestId, resolve));
    this.send(message);
    return end;
  }

  load(file: string, choice: Partial<LoadChoice> = {}, over: Partial<LoadRequest> = {}): Promise<End> {
    return this.ask({
      kind: "load",
      requestId: this.newId(),
      modelId: ModelId.parse("m1"),
      path: file,
      name: "A name",
      choice: loadChoice(choice),
      reasons: loadReasons,
      conversationsWithDeltas: 1,
      stateFolder: this.stateFolder,
      ...over,
    });
  }

  start(turns: Turn[], over: Partial<ChatSettings> = {}) {
    const requestId = this.newId();
    const end = this.ask({
      kind: "generate",
      requestId,
      messageId: MessageId.parse("answer"),
      turns,
      settings: { systemPrompt: "", sampling: {}, seed: 7, ...over },
      stack: [],
      chatId: ChatId.parse("chat"),
    });
    return { requestId, end };
  }

  async answer(turns: Turn[], over: Partial<ChatSettings> = {}): Promise<Answered> {
    const result = await this.start(turns, over).end;
    if (result.kind !== "answered") throw new Error(JSON.stringify(result));
    return result;
  }

  when(wanted: (message: FromEngine) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watch = (message: FromEngine) => {
        if (!wanted(message)) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }
}
