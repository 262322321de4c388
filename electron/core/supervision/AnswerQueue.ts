// Answers that wait for their turn: another one is being written, or the model is still loading. Pure.
import type { RequestId } from "../../contract/ids";
import type { AnswerJob, AnswerJobEnd } from "../answers/AnswerJob";

export class AnswerQueue {
  #jobs: AnswerJob[] = [];

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  add(job: AnswerJob): void {
    this.#jobs.push(job);
  }

  next(): AnswerJob | undefined {
    return this.#jobs.shift();
  }

  /** False = it does not wait here. */
  cancel(requestId: RequestId): boolean {
    const waiting = this.#jobs.find((job) => job.requestId === requestId);
    if (waiting === undefined) return false;
    this.#jobs = this.#jobs.filter((job) => job !== waiting);
    waiting.onEnd({ kind: "cancelled" });
    return true;
  }

  endAll(end: AnswerJobEnd): void {
    for (const job of this.#jobs.splice(0)) job.onEnd(end);
  }
}
