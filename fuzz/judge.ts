// Judges an answer by what a user would see of it: a result, or a failure with its sentences.
import { Failure, type Outcome } from "../electron/contract/failure";
import { failureText } from "../electron/words/failureText";
import type { Verdict } from "./FuzzKind";

export const accepted: Verdict = { kind: "accepted" };

export function judgeOutcome(outcome: Outcome<unknown>): Verdict {
  return outcome.ok ? accepted : judgeFailure(outcome.failure);
}

export function judgeFailure(failure: unknown): Verdict {
  const parsed = Failure.safeParse(failure);
  if (!parsed.success) return wrongAnswer(`no failure of the contract: ${JSON.stringify(failure)}`);
  const { code, cause, details } = parsed.data;
  if (code === "internal") return { kind: "fault", fault: "untyped-error", detail: cause ?? "internal" };
  const text = failureText(parsed.data);
  const isClear = [text.happened, text.data, text.advice].every(
    (sentence) => sentence.trim() !== "" && !/\bundefined\b|\[object|\bNaN\b/u.test(sentence),
  );
  return isClear ? { kind: "refused", code } : wrongAnswer(`${code} ${JSON.stringify(details)}: ${text.happened}`);
}

export function wrongAnswer(detail: string): Verdict {
  return { kind: "fault", fault: "wrong-answer", detail: detail.slice(0, 2000) };
}

export function untypedError(error: unknown): Extract<Verdict, { kind: "fault" }> {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "fault", fault: "untyped-error", detail: detail.slice(0, 4000) };
}
