// The status words hold no number, so that a screen reader says them once.
import { expect, test } from "vitest";
import type { EngineState } from "../../../electron/contract/engineState";
import { ChatId, MessageId, ModelId, RequestId } from "../../../electron/contract/ids";
import { engineWords } from "./engineWords";

const modelId = ModelId.parse("m");
const model = { modelId, name: "Tiny" } as Extract<EngineState, { kind: "ready" }>["model"];
const generating = {
  kind: "generating",
  model,
  chatId: ChatId.parse("c"),
  messageId: MessageId.parse("a"),
  requestId: RequestId.parse("r"),
  phase: "prefill",
  prefillFraction: 0.371,
  unresponsive: false,
} as const;

test.each<[EngineState, string, string | null]>([
  [{ kind: "idle" }, "No model loaded", null],
  [{ kind: "starting", modelId }, "Starting", null],
  [{ kind: "loading", modelId, modelName: "Tiny", fraction: 0.42, preparesGpu: false }, "Loading", "42%"],
  [{ kind: "loading", modelId, modelName: "Tiny", fraction: null, preparesGpu: false }, "Loading", null],
  [
    { kind: "loading", modelId, modelName: "Tiny", fraction: null, preparesGpu: true },
    "Preparing the GPU, which can take minutes the first time",
    null,
  ],
  [{ kind: "ready", model }, "Ready", null],
  [generating, "Reading", "37%"],
  [{ ...generating, phase: "decode" }, "Generating", null],
  [{ ...generating, unresponsive: true }, "Not responding", null],
  [{ kind: "load-failed", modelId, failure: { code: "model-damaged" } }, "Loading failed", null],
  [{ kind: "crashed", modelId, failure: { code: "engine-crashed" } }, "Stopped unexpectedly", null],
])("%j", (engine, words, progress) => {
  expect(engineWords(engine)).toMatchObject({ words, progress });
});
