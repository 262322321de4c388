// Asks the worker: a thread of its own for each question.
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { fail, Failure, type Outcome } from "../../contract/failure";
import { type AnswerOf, answers, type Question, type QuestionOf } from "./questions";

export class WorkerThreads {
  readonly #script: string;
  readonly #execArgv: string[];
  readonly #running = new Set<Worker>();
  #isClosed = false;

  /** `execArgv`: what Node needs to read the script, if it is not the built one. */
  constructor(script: string, execArgv: string[] = []) {
    this.#script = script;
    this.#execArgv = execArgv;
  }

  /**
   * Failures: those that the question names, "disk-full", "save-failed", "internal" when it is closed meanwhile. Rejects when the thread
   * ends by itself without an answer. What is in `transferred` is not copied, and empty here afterwards.
   */
  ask<Kind extends Question["kind"]>(
    question: QuestionOf<Kind>,
    transferred: ArrayBuffer[] = [],
  ): Promise<Outcome<AnswerOf<Kind>>> {
    const worker = new Worker(this.#script, {
      workerData: question,
      transferList: transferred,
      execArgv: this.#execArgv,
    });
    this.#running.add(worker);
    return new Promise((resolve, reject) => {
      worker.once("message", (message) => resolve(outcomeOf(question.kind, message) as Outcome<AnswerOf<Kind>>));
      worker.once("error", reject);
      worker.once("exit", () => {
        this.#running.delete(worker);
        if (this.#isClosed) resolve(fail("internal", {}, "closed while it was working"));
        else reject(new Error("the worker ended without an answer"));
      });
    });
  }

  /** Ends what it is doing: each piece of work is whole or not there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running].map((worker) => worker.terminate()));
  }
}

function outcomeOf(kind: Question["kind"], message: unknown): Outcome<unknown> {
  return z
    .discriminatedUnion("ok", [
      z.object({ ok: z.literal(true), value: answers[kind] }),
      z.object({ ok: z.literal(false), failure: Failure }),
    ])
    .parse(message);
}
