// Arrow keys lead along the row, whichever way it runs.
import { afterEach, expect, test, vi } from "vitest";
import { rowStep } from "./arrowKeys";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["ltr", "ArrowRight", 1],
  ["ltr", "ArrowLeft", -1],
  ["rtl", "ArrowRight", -1],
  ["rtl", "ArrowLeft", 1],
  ["ltr", "ArrowDown", null],
])("in a page that is %s, %s is %s", (dir, key, step) => {
  vi.stubGlobal("document", { documentElement: { dir } });
  expect(rowStep(key)).toBe(step);
});
