// What follows from another choice of what computes, and from a GPU that cannot be used after all.
import type { Parts } from "../Parts";

type Concerned = Pick<Parts, "gpuStarts" | "estimator" | "session" | "models">;

/** By the user: it is tried, whatever became of it before. */
export function gpuChosen(parts: Concerned): void {
  parts.gpuStarts.tryAgain();
  parts.session.renew();
  plannedForAnother(parts);
}

/** Verdicts and plans were made with something else than what computes from now on. */
export function plannedForAnother({ estimator, models }: Pick<Concerned, "estimator" | "models">): void {
  estimator.restart();
  void models.loadAgain();
}
