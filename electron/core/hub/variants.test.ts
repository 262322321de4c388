// Files of a repository become the variants that a user chooses from.
import { describe, expect, it } from "vitest";
import { Sha256, type HubFile } from "../../contract/hub";
import { variantsOf } from "./variants";

const hash = Sha256.parse("a".repeat(64));
const file = (path: string, sizeBytes = 10): HubFile => ({ path, sizeBytes, sha256: hash });

describe("variants", () => {
  it("know drafts by their names, as llama.cpp and publishers give them, and nothing else", () => {
    const names = [
      "mtp-gemma-4-31B-it.gguf",
      "MTP/gemma-4-31B-it-BF16-MTP.gguf",
      "EAGLE3-Qwen3-8B-Q8_0.gguf",
      "q8/dflash-Qwen3-8B.gguf",
      "dspark-draft.gguf",
      "Qwen3.6-27B-MTP-Q4_K_M.gguf",
      "Q4-MTP/model.gguf",
      "mtpa-model.gguf",
    ];
    const drafts = variantsOf(names.map((name) => file(name))).filter(({ isNamedDraft }) => isNamedDraft);
    expect(drafts.map(({ id }) => id).toSorted()).toEqual(names.slice(0, 5).toSorted());
  });

  it("are the smallest first, and nothing but GGUF files", () => {
    const variants = variantsOf([
      file("b-Q8_0.gguf", 20),
      file("README.md"),
      file("a-Q4_0.gguf", 10),
      file("model.safetensors"),
    ]);
    expect(variants.map(({ id, sizeBytes }) => [id, sizeBytes])).toEqual([
      ["a-Q4_0.gguf", 10],
      ["b-Q8_0.gguf", 20],
    ]);
  });

  it("take the parts of a split model as one, in order, with their sum", () => {
    const [variant, ...others] = variantsOf([
      file("Q4/m-Q4_0-00002-of-00003.gguf", 2),
      file("Q4/m-Q4_0-00003-of-00003.gguf", 3),
      file("Q4/m-Q4_0-00001-of-00003.gguf", 1),
    ]);
    expect(others).toEqual([]);
    expect(variant).toMatchObject({
      id: "Q4/m-Q4_0-00001-of-00003.gguf",
      sizeBytes: 6,
      obstacle: null,
      quantization: "Q4_0",
    });
    expect(variant?.files.map(({ sizeBytes }) => sizeBytes)).toEqual([1, 2, 3]);
  });

  it("keep two models of the same file names in two folders apart", () => {
    expect(variantsOf([file("A/m-00001-of-00001.gguf"), file("B/m-00001-of-00001.gguf")])).toHaveLength(2);
  });

  it.each([
    ["a part is missing", [file("m-00001-of-00003.gguf"), file("m-00003-of-00003.gguf")], "parts-missing"],
    [
      "a part has a number beyond the last",
      [file("m-00001-of-00002.gguf"), file("m-00003-of-00002.gguf")],
      "parts-missing",
    ],
    ["there are no parts at all by its name", [file("m-00000-of-00000.gguf")], "parts-missing"],
    ["the hub has no hash", [{ ...file("m.gguf"), sha256: null }], "no-checksum"],
    ["the file is empty", [file("m.gguf", 0)], "no-checksum"],
    ["its path climbs", [file("../../m.gguf")], "address-refused"],
    ["its path has a control character", [file("a\u0000.gguf")], "address-refused"],
    [
      "it is in pieces, as mradermacher cuts them",
      [file("m.Q6_K.gguf.part1of2"), file("m.Q6_K.gguf.part2of2")],
      "not-whole",
    ],
    ["it is in pieces, as TheBloke cuts them", [file("m.Q8_0.gguf-split-a"), file("m.Q8_0.gguf-split-b")], "not-whole"],
    ["it is packed", [file("m.gguf.zst")], "not-whole"],
  ])("say why they cannot be downloaded: %s", (_, files, obstacle) => {
    expect(variantsOf(files)[0]?.obstacle).toBe(obstacle);
  });

  it("take pieces as one, in order, and no notes for pieces", () => {
    const pieces = Array.from({ length: 11 }, (_, index) => file(`m.gguf.part${index + 1}of11`, 10)).reverse();
    const note = { ...file("m.gguf.sha256"), sha256: null };
    const variants = variantsOf([...pieces, note, file("m.gguf", 1)]);
    expect(variants.map(({ id, obstacle }) => [id, obstacle])).toEqual([
      ["m.gguf", null],
      ["m.gguf.part1of11", "not-whole"],
    ]);
    expect(variants[1]).toMatchObject({ sizeBytes: 110 });
    expect(variants[1]?.files.map(({ path }) => path)).toEqual([...pieces].reverse().map(({ path }) => path));
  });

  it.each([
    "nul.gguf",
    ".hidden.gguf",
    "-dash.gguf",
    "modèle (v2) [x], 你好 😀 100%.gguf",
    "C:model.gguf",
    "a'b\"c.gguf",
  ])("can be downloaded under any harmless name: %s", (name) => {
    expect(variantsOf([file(name)])).toMatchObject([{ id: name, obstacle: null }]);
  });
});
