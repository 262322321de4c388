// A dry run of a stub that ends before its weights plans what one of a stub in full length plans.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { expect, it } from "vitest";
import type { MemoryConfiguration } from "../../contract/fitProtocol";
import { starterModelPath } from "../../testing/starterModelPath";
import { FileByteSource } from "../gguf/ByteSource";
import { ModelDryRun } from "./estimateMemory";
import { readModelShape } from "./readModelShape";
import { writeStub } from "./writeStub";

it("needs nothing where the weights would be", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "facet-stub-"));
  const warnings: string[] = [];
  const llama = await getLlama({
    gpu: false,
    build: "never",
    logLevel: LlamaLogLevel.warn,
    logger: (_level, message) => warnings.push(message),
  });
  const configuration: MemoryConfiguration = {
    gpuLayers: null,
    flashAttention: true,
    keyCacheType: "f16",
    valueCacheType: "f16",
    conversations: 1,
  };
  try {
    const source = await FileByteSource.open(starterModelPath());
    if (!source.ok) throw new Error(source.failure.code);
    const shape = await readModelShape(source.value);
    if (!shape.ok) throw new Error(shape.failure.code);
    const planned = [];
    for (const weights of ["hole", "nothing"] as const) {
      const file = path.join(folder, `${weights}.gguf`);
      expect((await writeStub(shape.value, source.value.sizeBytes, file, weights)).ok).toBe(true);
      const run = await ModelDryRun.open(llama, file, () => false);
      planned.push([await run.weights(configuration), await run.context(4096, configuration)]);
    }
    expect(planned[1]).toEqual(planned[0]);
    expect(planned[0]?.[0]?.ramBytes).toBeGreaterThan(90e6);
    expect((await stat(path.join(folder, "nothing.gguf"))).size).toBeLessThan(100_000);
    // A dry run that fails is replaced by a guess, with a warning.
    expect(warnings).toEqual([]);
  } finally {
    await llama.dispose();
    await rm(folder, { recursive: true });
  }
});
