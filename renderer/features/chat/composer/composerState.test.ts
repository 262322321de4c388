// Unit tests of the composer's states.
import { describe, expect, it } from "vitest";
import { ModelId } from "../../../../electron/contract/ids";
import { composerState } from "./composerState";

const modelId = ModelId.parse("m");
const failure = { code: "model-missing" } as const;

describe("the composer", () => {
  it("sends when a model is ready, or will be started by the message", () => {
    expect(composerState({ kind: "idle" }, true, false)).toEqual({ canSend: true, hint: null });
    expect(composerState({ kind: "crashed", modelId, failure }, true, false).canSend).toBe(true);
  });
  it("explains why it does not send", () => {
    for (const state of [
      composerState({ kind: "idle" }, false, false),
      composerState({ kind: "load-failed", modelId, failure }, true, false),
    ]) {
      expect(state.canSend).toBe(false);
      expect(state.hint).not.toBeNull();
    }
  });
  it("takes a message while the model is loading, and says so", () => {
    const state = composerState(
      { kind: "loading", modelId, modelName: "M", fraction: 0.5, preparesGpu: false },
      true,
      false,
    );
    expect(state).toMatchObject({ canSend: true, hint: expect.stringContaining("loading") });
  });
  it("waits for the answer that is being written", () => {
    expect(composerState({ kind: "idle" }, true, true).canSend).toBe(false);
  });
});
