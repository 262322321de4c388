// Files of a repository become what a person chooses from.
import { describe, expect, it } from "vitest";
import { Sha256, type HubFile } from "../../contract/hub";
import { quantizationOf, variantsOf } from "./variants";

const hash = Sha256.parse("a".repeat(64));
const file = (path: string, sizeBytes = 10): HubFile => ({ path, sizeBytes, sha256: hash });

describe("the quantization in a name", () => {
  it.each([
    ["SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"],
    ["Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"],
    ["qwen2.5-7b-instruct-q5_k_s-00001-of-00002.gguf", "Q5_K_S"],
    ["Llama-3.3-70B-Instruct-IQ2_XXS.gguf", "IQ2_XXS"],
    ["Qwen3-8B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"],
    ["gemma-3-4b-it-IQ4_NL.gguf", "IQ4_NL"],
    ["Model-Q4_0_4_8.gguf", "Q4_0_4_8"],
    ["Model-Q6_K_L.gguf", "Q6_K_L"],
    ["Model-Q6_K.gguf", "Q6_K"],
    ["gpt-oss-20b-mxfp4.gguf", "MXFP4"],
    ["Phi-4-mini-instruct.BF16.gguf", "BF16"],
    ["model-fp16.gguf", "F16"],
    ["Model-TQ1_0.gguf", "TQ1_0"],
    ["BF16/Model-00001-of-00002.gguf", "BF16"],
    ["from-F16-to-Q8_0.gguf", "Q8_0"],
    ["Q4_K_M/Model-Q4_K_M-00001-of-00002.gguf", "Q4_K_M"],
    ["model.gguf", null],
    ["Qwen-Q4ever.gguf", null],
    ["seq2seq-1b.gguf", null],
  ])("%s: %s", (name, expected) => {
    expect(quantizationOf(name)).toBe(expected);
  });
});

describe("variants", () => {
  it("are the smallest first, and nothing but GGUF files", () => {
    const variants = variantsOf([file("b-Q8_0.gguf", 20), file("README.md"), file("a-Q4_0.gguf", 10), file("model.safetensors")]);
    expect(variants.map(({ id, sizeBytes }) => [id, sizeBytes])).toEqual([["a-Q4_0.gguf", 10], ["b-Q8_0.gguf", 20]]);
  });

  it("take the parts of a split model as one, in order, with their sum", () => {
    const [variant, ...others] = variantsOf([file("Q4/m-Q4_0-00002-of-00003.gguf", 2), file("Q4/m-Q4_0-00003-of-00003.gguf", 3), file("Q4/m-Q4_0-00001-of-00003.gguf", 1)]);
    expect(others).toEqual([]);
    expect(variant).toMatchObject({ id: "Q4/m-Q4_0-00001-of-00003.gguf", sizeBytes: 6, obstacle: null, quantization: "Q4_0" });
    expect(variant?.files.map(({ sizeBytes }) => sizeBytes)).toEqual([1, 2, 3]);
  });

  it("keep two models of the same file names in two folders apart", () => {
    expect(variantsOf([file("A/m-00001-of-00001.gguf"), file("B/m-00001-of-00001.gguf")])).toHaveLength(2);
  });

  it.each([
    ["a part is missing", [file("m-00001-of-00003.gguf"), file("m-00003-of-00003.gguf")], "parts-missing"],
    ["a part has a number beyond the last", [file("m-00001-of-00002.gguf"), file("m-00003-of-00002.gguf")], "parts-missing"],
    ["there are no parts at all by its name", [file("m-00000-of-00000.gguf")], "parts-missing"],
    ["the hub has no hash", [{ ...file("m.gguf"), sha256: null }], "no-checksum"],
    ["the file is empty", [file("m.gguf", 0)], "no-checksum"],
    ["its name climbs", [file("../../m.gguf")], "name-refused"],
    ["its name is a device of Windows", [file("nul.gguf")], "name-refused"],
    ["its name has a control character", [file("a\u0000.gguf")], "name-refused"],
  ])("say why they cannot be downloaded: %s", (_, files, obstacle) => {
    expect(variantsOf(files)[0]?.obstacle).toBe(obstacle);
  });

  it.each([
    ["mmproj-model-f16.gguf", "projector"],
    ["Qwen2.5-VL-7B-mmproj-Q8_0.gguf", "projector"],
    ["Qwen3-8B-imatrix.gguf", "importance-matrix"],
    ["sql-lora-f16.gguf", "adapter"],
    ["flora-7b-Q4_0.gguf", "model"],
  ])("%s is a %s", (name, kind) => {
    expect(variantsOf([file(name)])[0]?.kind).toBe(kind);
  });
});
