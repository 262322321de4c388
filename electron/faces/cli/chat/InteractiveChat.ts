// A chat on a terminal: messages are typed, answers are written as they come.
import type { ReadStream, WriteStream } from "node:tty";
import { failure } from "../../../contract/failure";
import type { MessageId } from "../../../contract/ids";
import type { LoadWarning } from "../../../contract/loadSettings";
import { t } from "../../../words/language";
import type { CommandContext } from "../CommandContext";
import { CommandError } from "../CommandError";
import { namedAsGiven } from "../namedAsGiven";
import { cut, type Output } from "../Output";
import { printable } from "../printable";
import { errorOf } from "../useOutcome";
import { AnswerPrinter } from "./AnswerPrinter";
import { answerProblem } from "./answerProblem";
import { askWhetherToLoad } from "./askWhetherToLoad";
import { ChatSession, type ChatSessionOptions } from "./ChatSession";
import { thinkingProblem } from "./chooseThinking";
import { notSavedYet, notSavedProblem } from "./notSavedProblem";
import { stackName } from "./chooseStack";
import { isInChatCommand, runInChatCommand } from "./inChatCommands";
import { LineReader } from "./LineReader";

const FURTHER = "… ";

export interface Terminal {
  input: ReadStream;
  output: WriteStream;
}

export class InteractiveChat {
  readonly #session: ChatSession;
  readonly #output: Output;
  readonly #lines: LineReader;
  /** Of what is being done; null at the prompt. */
  #stopping: AbortController | null = null;
  #isOver = false;
  readonly #answerIds: MessageId[] = [];

  constructor(
    about: Omit<ChatSessionOptions, "decide">,
    { output, signal, onInterrupt }: CommandContext,
    terminal: Terminal,
  ) {
    this.#output = output;
    this.#lines = new LineReader({ ...terminal, onInterrupt: () => this.#interrupt() });
    const decide = (warning: LoadWarning) =>
      askWhetherToLoad(warning, output, (question) => this.#lines.read(question, question));
    this.#session = new ChatSession({ ...about, decide });
    // Sent by another program: `kill -INT`.
    onInterrupt(() => this.#interrupt());
    signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  async run(): Promise<void> {
    try {
      await this.#interruptible((signal) => this.#session.application.during(() => this.#session.load(signal)));
      const { loaded, settings } = this.#session;
      this.#output.remark(
        thinkingProblem(settings, loaded) ?? t("{command} shows what you can type here.", { command: "/help" }),
      );
      while (!this.#isOver) {
        const message = await this.#lines.read(promptOf(this.#session, this.#output), FURTHER);
        if (message === null) break;
        if (message.trim() === "") continue;
        await this.#interruptible((signal) => this.#answer(message, signal)).catch((error: unknown) =>
          this.#say(error, message),
        );
      }
      const notSaved = await notSavedProblem(this.#session.application, this.#answerIds);
      if (notSaved !== null) throw notSaved;
    } finally {
      this.#lines.close();
    }
  }

  async #answer(message: string, signal: AbortSignal): Promise<void> {
    if (isInChatCommand(message)) {
      if ((await runInChatCommand(message, this.#session, this.#output, signal)) === "end") this.#isOver = true;
      return;
    }
    const printer = new AnswerPrinter(this.#output);
    try {
      const answer = await this.#session.ask(message, { signal, onParts: (parts) => printer.print(parts) });
      // What is said of it begins a line.
      printer.end();
      this.#answerIds.push(answer.id);
      const problem = answerProblem(answer);
      if (problem !== null) this.#output.remark(problem);
      if (answer.isUnsaved === true) this.#output.remark(notSavedYet());
    } finally {
      printer.end();
    }
  }

  /** Throws "request-cancelled" when Ctrl C ended it. */
  async #interruptible(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    try {
      await work(signal);
    } catch (error) {
      throw signal.aborted && !(error instanceof CommandError) ? errorOf(failure("request-cancelled")) : error;
    } finally {
      this.#stopping = null;
    }
  }

  /** What fails is said, and the chat goes on. */
  #say(error: unknown, typed: string): void {
    if (!(error instanceof CommandError)) throw error;
    this.#output.remark(
      error.failure?.code === "request-cancelled" ? t("Stopped.") : namedAsGiven(error, typed.split(/\s+/u)).message,
    );
  }

  #interrupt(): void {
    if (this.#stopping === null || this.#stopping.signal.aborted) this.#end();
    else this.#stopping.abort();
  }

  #end(): void {
    this.#isOver = true;
    this.#stopping?.abort();
    this.#lines.close();
  }
}

/** "SmolLM2 135M · Pirate ❯ ", no longer than half of a line. */
function promptOf({ model, stack }: ChatSession, output: Output): string {
  const who = [model.name, ...(stack.length === 0 ? [] : [stackName(stack)])].join(" · ");
  return `${output.dim(cut(printable(who), Math.max(8, Math.floor(output.columns / 2))))} > `;
}
