// What a GGUF file is, told from its first bytes, whatever they are.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ggufBytes, tinyModelBytes, type MetadataEntry } from "../../testing/tinyGguf";
import { ggufKindOf } from "./ggufKind";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-kind-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function kindOf(bytes: Uint8Array | string, name = "file.gguf") {
  const file = path.join(folder, "file");
  writeFileSync(file, bytes);
  return ggufKindOf(file, name);
}
const text = (value: string): MetadataEntry => ({ type: "string", value });
const header = (...metadata: [string, MetadataEntry][]) => ggufBytes({ metadata, tensors: [] });

describe("by the file's own words", () => {
  it.each([
    ["model", tinyModelBytes()],
    ["projector", header(["general.architecture", text("clip")])],
    ["projector", header(["general.architecture", text("llama")], ["general.type", text("mmproj")])],
    ["adapter", header(["general.architecture", text("llama")], ["general.type", text("adapter")])],
    ["adapter", header(["general.file_type", { type: "uint32", value: 1 }], ["adapter.type", text("lora")])],
    ["importance-matrix", header(["general.type", text("imatrix")])],
  ] as const)("%s", async (kind, bytes) => {
    expect(await kindOf(bytes)).toBe(kind);
  });
});

it("goes by the name where the file says nothing", async () => {
  expect(await kindOf(header(), "mmproj-model-f16.gguf")).toBe("projector");
  expect(await kindOf(header(), "My.imatrix.gguf")).toBe("importance-matrix");
  expect(await kindOf(header(), "style-lora.gguf")).toBe("adapter");
  expect(await kindOf(header(), "explorations.gguf")).toBe("model");
});

it("is not misled by bytes that do not add up", async () => {
  expect(await kindOf("")).toBe("not-gguf");
  expect(await kindOf("GGUF")).toBe("not-gguf");
  expect(await kindOf("no model at all, but long enough to be one")).toBe("not-gguf");
  const whole = header(["general.architecture", text("llama")], ["general.type", text("adapter")]);
  for (let length = 24; length < whole.length; length++) expect(["model", "adapter"]).toContain(await kindOf(whole.subarray(0, length)));
  const absurd = Buffer.from(whole);
  absurd.writeBigUInt64LE(2n ** 63n, 24);
  expect(await kindOf(absurd)).toBe("model");
});
