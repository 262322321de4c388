// The fit process's own code, without llama.cpp: what it answers to a question about files.
import type { Failure } from "../../electron/contract/failure";
import { FromFit, type ToFit } from "../../electron/contract/fitProtocol";
import { FitProcess } from "../../electron/engine/fit/FitProcess";
import type { Verdict } from "../FuzzKind";
import { accepted, judgeFailure, wrongAnswer } from "../judge";

type Question = Extract<ToFit, { id: number }>;
type WithoutId<Asked> = Asked extends Question ? Omit<Asked, "id"> : never;

export class FitAsker {
  readonly #fit: FitProcess;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #lastId = 0;

  constructor(scratchFolder: string) {
    this.#fit = new FitProcess({
      llama: new Promise(() => undefined),
      post: (message) => {
        if ("id" in message) this.#waiting.get(message.id)?.(message);
      },
      scratchFolder,
      guessed: () => false,
    });
  }

  /** The first answer that is no plain one, else whether the last was accepted. */
  async judge(...questions: readonly WithoutId<Question>[]): Promise<Verdict> {
    let verdict: Verdict = accepted;
    for (const question of questions) {
      verdict = await this.#judgeOne(question);
      if (verdict.kind === "fault") return verdict;
    }
    return verdict;
  }

  async #judgeOne(question: WithoutId<Question>): Promise<Verdict> {
    const id = ++this.#lastId;
    const answer = await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#fit.receive({ ...question, id });
    });
    this.#waiting.delete(id);
    // As the application reads it.
    const read = FromFit.safeParse(answer);
    if (!read.success) return wrongAnswer(`${question.kind}: ${read.error.message}`);
    if (read.data.kind === "failed") return judgeFailure(read.data.failure satisfies Failure);
    if (read.data.kind !== "deltas-matched") return accepted;
    const refused = read.data.matches.find(({ failure }) => failure !== null);
    return refused === undefined ? accepted : judgeFailure(refused.failure);
  }
}
