// What a file is, by headers as llama.cpp's tools write them: read from the file, and as the fit process finds them behind a vocabulary.
import { describe, expect, it } from "vitest";
import { FileKind } from "../../contract/fileKind";
import { ggufsByKind } from "../../testing/ggufKinds";
import { ggufBytes, type GgufContents } from "../../testing/tinyGguf";
import { describeModel } from "../fit/describeModel";
import { knownArchitectures, architecturesWithoutChat } from "./architectures";
import type { ByteSource } from "./ByteSource";
import { fileKindOf } from "./fileKind";
import { readGgufHeader } from "./readGgufHeader";

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, lengthBytes) => Promise.resolve(bytes.subarray(offset, offset + lengthBytes)),
  };
}

const cases = FileKind.options.flatMap((kind) =>
  Object.entries(ggufsByKind[kind]).map(([name, make]) => [kind, name, make] as const),
);

/** As converters write them, and with what the kind hangs on behind the vocabulary, where tools append. */
const orders = [
  [
    "in order",
    (metadata: GgufContents["metadata"]) =>
      metadata.toSorted(([a], [b]) => Number(a.startsWith("tokenizer.")) - Number(b.startsWith("tokenizer."))),
  ],
  [
    "vocabulary first",
    (metadata: GgufContents["metadata"]) =>
      metadata.toSorted(([a], [b]) => Number(b.startsWith("tokenizer.")) - Number(a.startsWith("tokenizer."))),
  ],
] as const;

describe.each(orders)("a file's kind, %s", (_order, sort) => {
  it.each(cases)("%s: %s", async (kind, _name, make) => {
    const { metadata, tensors } = make();
    const bytes = ggufBytes({ metadata: sort(metadata), tensors });
    expect(await describeModel(sourceOf(bytes))).toMatchObject({ ok: true, value: { kind } });
    const whole = await readGgufHeader(sourceOf(bytes));
    if (!whole.ok) throw new Error(whole.failure.cause);
    const hasTokenizer = metadata.some(([key, entry]) => key === "tokenizer.ggml.model" && entry.value !== "no_vocab");
    expect(fileKindOf({ header: whole.value, tensors: whole.value.tensors, hasTokenizer })).toBe(kind);
  });
});

describe("a file's kind", () => {
  it("of a split model's first part is a model's: where the other layers are is not known", async () => {
    const { metadata, tensors } = ggufsByKind.model["llama"]!();
    const part = ggufBytes({
      metadata: [...metadata.slice(0, 3), ["split.count", { type: "uint32", value: 2 }], ...metadata.slice(3)],
      tensors: tensors.slice(0, 1),
    });
    expect(await describeModel(sourceOf(part))).toMatchObject({ ok: true, value: { kind: "model" } });
  });

  it("is known for every architecture that cannot chat", () => {
    expect([...architecturesWithoutChat.keys()].filter((name) => !knownArchitectures.has(name))).toEqual([
      "controlvector",
    ]);
  });
});
