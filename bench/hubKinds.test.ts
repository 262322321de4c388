// A file's name never decides what it is: neither the names of the figure nor any other.
import fc from "fast-check";
import { expect, it } from "vitest";
import { FileKind } from "../electron/contract/fileKind";
import { namedKinds } from "../electron/testing/ggufKinds";
import { wronglyJudged } from "./hubKinds";

it("judges sixty names and more by what is in the files", async () => {
  expect(namedKinds.length).toBeGreaterThanOrEqual(60);
  expect(new Set(namedKinds.map(([name]) => name)).size).toBe(namedKinds.length);
  expect(await wronglyJudged(namedKinds)).toEqual([]);
});

it("judges any names so, and the same name by another content otherwise", async () => {
  const part = fc.oneof(
    fc.constantFrom(
      "mtp-",
      "mmproj",
      "imatrix",
      "-lora-merged",
      "eagle3-",
      "Q4_K_M",
      " ",
      "(",
      "]",
      "，",
      "ü",
      "e\u0301",
      "你",
      "😀",
      "%2f",
      "..",
      ".",
      "-",
      "con",
      "~",
      ".gguf",
      "'",
      "$",
    ),
    fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 5 })
      .map((text) => text.replaceAll(/[/\\\p{Cc}\p{Cs}]/gu, "_")),
  );
  const name = fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => `${parts.join("")}.gguf`)
    .filter((made) => !/^\.{1,2}$|-\d{5}-of-\d{5}\.gguf$/iu.test(made));
  const files = fc.uniqueArray(fc.tuple(name, fc.constantFrom(...FileKind.options)), {
    minLength: 1,
    maxLength: 12,
    selector: ([made]) => made,
  });
  await fc.assert(
    fc.asyncProperty(files, async (named) => {
      expect(await wronglyJudged(named)).toEqual([]);
      const rotated = named.map(([made], index) => [made, named[(index + 1) % named.length]![1]] as const);
      expect(await wronglyJudged(rotated)).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

it("counts what is wrong", async () => {
  expect(await wronglyJudged([["../climbs.gguf", "model"]])).toEqual([expect.stringMatching(/climbs.*at the hub/u)]);
});
