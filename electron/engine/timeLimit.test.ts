// Work that loops is cut off, other work is not touched.
import { describe, expect, it } from "vitest";
import { TimeLimitError, withTimeLimit } from "./timeLimit";

describe("withTimeLimit", () => {
  it("returns what the work returns and throws what it throws", () => {
    expect(withTimeLimit(1000, () => ({ a: 1 }))).toEqual({ a: 1 });
    const error = new RangeError("mine");
    expect(() =>
      withTimeLimit(1000, () => {
        throw error;
      }),
    ).toThrow(error);
  });

  it("cuts off a loop, even one that catches everything", () => {
    const started = performance.now();
    expect(() =>
      withTimeLimit(100, () => {
        for (;;) {
          try {
            Math.sqrt(2);
          } catch {
            // goes on
          }
        }
      }),
    ).toThrow(TimeLimitError);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
