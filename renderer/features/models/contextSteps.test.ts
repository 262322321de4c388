// The steps of the judging bar, and how a context size is written.
import { expect, test } from "vitest";
import { formatContext } from "../../../electron/words/quantities";
import { nearestStep, CONTEXT_STEPS } from "./contextSteps";

test("context sizes are never rounded up", () => {
  expect([512, 2048, 18_700, 131_072, 1_048_576].map(formatContext)).toEqual(["512", "2k", "18k", "128k", "1M"]);
  expect(CONTEXT_STEPS.map(nearestStep)).toEqual(CONTEXT_STEPS.map((_step, index) => index));
  expect([nearestStep(1), nearestStep(9_000_000)]).toEqual([0, CONTEXT_STEPS.length - 1]);
});
