// Headers of safetensors files: lengths, offsets, shapes, types, names. Job process.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { FileByteSource } from "../../electron/engine/gguf/ByteSource";
import { toFailure } from "../../electron/engine/jobs/JobError";
import { readSafetensors } from "../../electron/engine/peft/readSafetensors";
import { safetensorsBytes } from "../../electron/testing/peftAdapter";
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzKind, type Verdict } from "../FuzzKind";
import { accepted, judgeFailure, judgeOutcome } from "../judge";
import { LIMIT_NUMBERS, mutateBytes } from "../mutate/bytes";
import { mutateJson } from "../mutate/json";

/** The list of contents is changed, its length mostly right. */
export function mutateSafetensors(weights: Uint8Array, random: Random): Buffer {
  const bytes = Buffer.from(weights);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE());
  const header = mutateJson(JSON.parse(bytes.toString("utf8", 8, headerEnd)), random);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(random.below(10) === 0 ? random.of(LIMIT_NUMBERS) : BigInt(header.length));
  return Buffer.concat([length, header, bytes.subarray(headerEnd)]);
}

export const safetensors: FuzzKind = {
  name: "safetensors",
  count: 12_000,
  inputsPerProcess: 4_000,
  readBy: "child",
  memoryLimitBytes: 500 * MEGABYTE,
  async open(folder) {
    const file = path.join(folder, "model.safetensors");
    const types = ["F32", "F16", "BF16", "I64", "F8_E4M3", "BOOL"];
    const seed = safetensorsBytes(
      types.map((type, index) => ({
        name: `layer.${index}.lora_A.weight`,
        type,
        shape: [4, 2],
        data: new Uint8Array(8 * [4, 2, 2, 8, 1, 1][index]!),
      })),
    );
    return {
      make: (random) => ({
        "model.safetensors": random.below(3) === 0 ? mutateBytes(seed, random) : mutateSafetensors(seed, random),
      }),
      async run(input): Promise<Verdict> {
        await writeFile(file, inputPart(input, "model.safetensors"));
        const source = await FileByteSource.open(file);
        if (!source.ok) return judgeOutcome(source);
        try {
          await readSafetensors(source.value);
          return accepted;
        } catch (error) {
          return judgeFailure(toFailure(error));
        } finally {
          await source.value.close();
        }
      },
    };
  },
};
