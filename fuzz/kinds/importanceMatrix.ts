// Importance matrices made elsewhere, in both forms, taken over for a model. Job process.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { tinyModelContents, writeTinyModel, type GgufContents } from "../../electron/testing/tinyGguf";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { mutateBytes } from "../mutate/bytes";
import { ggufSeed, mutateGguf, withHostileWeights } from "../mutate/gguf";
import { judgeJob, nativeAddon } from "./job";

export const importanceMatrix: FuzzKind = {
  name: "importance-matrix",
  count: 4_000,
  readBy: "child",
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    const addon = nativeAddon();
    const inFolder = (name: string) => path.join(folder, name);
    const model = inFolder("model.gguf");
    await writeTinyModel(model);
    const seed = ggufSeed(matrixContents());
    const earlier = earlierForm();
    return {
      make(random) {
        if (random.below(3) === 0) return { matrix: mutateBytes(earlier, random) };
        const damaged = random.below(3) === 0 ? ggufSeed(withHostileWeights(seed.contents, random)) : seed;
        return { matrix: mutateGguf(damaged, random, seed) };
      },
      async run(input) {
        const source = inFolder("matrix.gguf");
        await writeFile(source, inputPart(input, "matrix"));
        return judgeJob(() => addon, {
          kind: "import-importance-matrix",
          source,
          model,
          target: inFolder("target.gguf"),
        });
      },
    };
  },
};

/** Of the tiny model's weights, as llama-imatrix writes it. */
function matrixContents(): GgufContents {
  const weights = tinyModelContents().tensors.filter(({ name }) => name.startsWith("blk.") && !name.includes("norm"));
  const floats = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  return {
    metadata: [
      ["general.type", { type: "string", value: "imatrix" }],
      ["imatrix.datasets", { type: "strings", value: ["wiki.txt"] }],
      ["imatrix.chunk_count", { type: "uint32", value: 10 }],
      ["imatrix.chunk_size", { type: "uint32", value: 512 }],
    ],
    tensors: weights.flatMap(({ name, dimensions: [columns = 0] }) => [
      {
        name: `${name}.in_sum2`,
        dimensions: [columns, 1],
        type: 0,
        data: floats(Array.from({ length: columns }, (_, index) => index + 1)),
      },
      { name: `${name}.counts`, dimensions: [1, 1], type: 0, data: floats([10]) },
    ]),
  };
}

/** imatrix.dat: entries of name, calls and sums; then the number of chunks and the text's name. */
function earlierForm(): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const names = ["blk.0.attn_q.weight", "blk.0.ffn_down.weight"];
  const sums = [64, 128];
  return Buffer.concat([
    number(names.length),
    ...names.flatMap((name, index) => [
      number(name.length),
      Buffer.from(name),
      number(10),
      number(sums[index] ?? 0),
      Buffer.from(Float32Array.from({ length: sums[index] ?? 0 }, () => 1.5).buffer),
    ]),
    number(10),
    number(8),
    Buffer.from("wiki.txt"),
  ]);
}
