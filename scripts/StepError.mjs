// @ts-check
/** A set-up step that cannot go on, with a sentence for the user; the stack would only hide it. */
export class StepError extends Error {
  /** @override */
  name = "StepError";
}
