// The context size follows wish, model and memory, and says which of them decided.
import { describe, expect, it } from "vitest";
import { planContext, type MemoryEstimates } from "./planContext";

const GiB = 2 ** 30;
const memory = (availableGiB: number, weightsGiB: number | undefined = 1): MemoryEstimates => ({
  availableBytes: availableGiB * GiB,
  weightsBytes: weightsGiB === undefined ? undefined : weightsGiB * GiB,
  contextBytes: (tokens) => Promise.resolve(tokens * 100_000),
});

describe("planContext", () => {
  it("takes what is wished when model and memory allow it", async () => {
    expect(await planContext(8192, 32_768, memory(8))).toEqual({ ok: true, value: { contextSizeTokens: 8192, reason: "target" } });
  });

  it("takes no more than the model was trained for", async () => {
    expect(await planContext(8192, 2048, memory(8))).toEqual({ ok: true, value: { contextSizeTokens: 2048, reason: "model" } });
  });

  it("takes the largest size that memory allows, with a reserve", async () => {
    const plan = await planContext(8192, 32_768, memory(2));
    expect(plan).toMatchObject({ ok: true, value: { reason: "memory" } });
    if (!plan.ok) return;
    const { contextSizeTokens } = plan.value;
    expect(contextSizeTokens % 256).toBe(0);
    const roomBytes = 0.5 * GiB;
    expect(contextSizeTokens * 100_000).toBeLessThanOrEqual(roomBytes);
    expect((contextSizeTokens + 256) * 100_000).toBeGreaterThan(roomBytes);
  });

  it("takes the smallest size when only the reserve is missing", async () => {
    expect(await planContext(8192, 32_768, memory(1.2))).toMatchObject({ ok: true, value: { contextSizeTokens: 512, reason: "memory" } });
  });

  it("refuses, with the sizes, when the weights do not fit", async () => {
    const plan = await planContext(8192, 32_768, memory(2, 40));
    expect(plan).toMatchObject({
      ok: false,
      failure: { code: "model-too-large-for-memory", details: { weightsBytes: String(40 * GiB), availableBytes: String(2 * GiB) } },
    });
  });

  it("never blocks on an unknown estimate", async () => {
    expect(await planContext(8192, undefined, { ...memory(0.1), weightsBytes: undefined })).toMatchObject({ ok: true, value: { contextSizeTokens: 8192 } });
    expect(await planContext(8192, undefined, { ...memory(2), contextBytes: () => Promise.resolve(undefined) })).toMatchObject({ ok: true });
  });
});
