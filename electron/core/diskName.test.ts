// Whatever a file is called, its name on disk is possible on every system, readable, and stays inside its folder.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diskName, nameKey, repositoryFolder } from "./diskName";

/** By Microsoft's list, written another way than in the code. */
const DEVICES = [
  "CON",
  "PRN",
  "AUX",
  "NUL",
  "CONIN$",
  "CONOUT$",
  ...["COM", "LPT"].flatMap((port) => Array.from("0123456789¹²³").map((digit) => port + digit)),
];

/** What any file called `name` must become. */
function expectPossible(name: string): void {
  const made = diskName(name);
  expect(made).toMatch(/^[^.\-\s].*\.gguf$/u);
  expect(made).not.toMatch(/[\p{Cc}<>:"/\\|?*\p{Cs}]/u);
  expect(made).not.toMatch(/[. ]\.gguf$/u);
  expect(Buffer.byteLength(`${made}.origin.json.${"0".repeat(36)}.tmp`)).toBeLessThanOrEqual(255);
  expect(DEVICES).not.toContain(made.split(".")[0]?.trim().toUpperCase());
  for (const system of [path.posix, path.win32])
    expect(system.dirname(system.resolve("/models", made))).toBe(system.resolve("/models"));
  expect(/\.gguf$/iu.test(name) ? diskName(made) : made).toBe(made);
}

const letters = fc.constantFrom(
  "..",
  "/",
  "\\",
  ".",
  " ",
  "-",
  "~",
  "%2e",
  ":",
  "con",
  "NUL",
  "\u0000",
  "\u202e",
  "\ud83d",
  "😀",
  "e\u0301",
  "你",
  "-00001-of-00002",
  ".gguf",
  "a",
);
const anyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.array(letters, { maxLength: 120 }).map((parts) => parts.join("")),
);

describe("a name on disk", () => {
  it.each([
    ["Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B-Q4_K_M.gguf"],
    ["Größeres Modell (v2) [fertig], 100 % 你好 😀.gguf", "Größeres Modell (v2) [fertig], 100 % 你好 😀.gguf"],
    ["UPPER.GGUF", "UPPER.gguf"],
    ["model-00002-of-00003.GGUF", "model-00002-of-00003.gguf"],
    ["..model.gguf", "model.gguf"],
    ["--help.gguf", "help.gguf"],
    ["model .gguf", "model.gguf"],
    ["model...gguf", "model.gguf"],
    ["a:b<c>|d?.gguf", "a-b-c-d-.gguf"],
    ["model\u202efugg.exe.gguf", "modelfugg.exe.gguf"],
    ["cafe\u0301.gguf", "café.gguf"],
    ["a\u3000b.gguf", "a b.gguf"],
    ["con.gguf", "_con.gguf"],
    ["LPT¹.v2.gguf", "_LPT¹.v2.gguf"],
    ["NUL .gguf", "_NUL.gguf"],
    ["nul-00001-of-00002.gguf", "nul-00001-of-00002.gguf"],
    ["model-00001-of-00002 .gguf", "model-00001-of-00002_.gguf"],
    ["sha256-00001-of-00002", "sha256-00001-of-00002_.gguf"],
    [".gguf", "model.gguf"],
    ["\u0000\u0001", "model.gguf"],
  ])("of %j is %j", (name, made) => {
    expect(diskName(name)).toBe(made);
  });

  it("is possible on every system, whatever a server calls the file", () => {
    fc.assert(fc.property(anyName, expectPossible), { numRuns: 2000 });
    for (const device of DEVICES)
      for (const more of ["", " ", ".", ".tar", "\u200b"]) expectPossible(`${device.toLowerCase()}${more}.gguf`);
  });

  it("of many bytes is cut between characters, and other long names get others", () => {
    for (const letter of ["a", "ü", "你", "😀", "👩‍👩‍👧", "e\u0301"]) {
      const long = letter.repeat(300);
      const [one, other] = [diskName(`${long}-Q4_0.gguf`), diskName(`${long}-Q8_0.gguf`)];
      expect(Buffer.byteLength(one)).toBeLessThanOrEqual(160);
      expect(one).not.toBe(other);
      expectPossible(`${long}.gguf`);
    }
  });

  it("keeps the parts of a split model together", () => {
    fc.assert(
      fc.property(anyName, (stem) => {
        const parts = [1, 2].map((part) => diskName(`${stem}-0000${part}-of-00002.gguf`));
        expect(parts.map((name) => name.replace(/-0000[12]-of-00002\.gguf$/u, ""))).toEqual([
          expect.any(String),
          parts[0]?.slice(0, -"-00001-of-00002.gguf".length),
        ]);
      }),
    );
  });

  it("can be written here", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "facet-names-"));
    const names = fc.sample(anyName, { numRuns: 200, seed: 7 }).map(diskName);
    for (const name of names) writeFileSync(path.join(folder, name), "");
    expect(new Set(readdirSync(folder))).toEqual(new Set(names));
    rmSync(folder, { recursive: true });
  });
});

it("names that are one file on some system have one key", () => {
  for (const [one, other] of [
    ["Model.gguf", "MODEL.gguf"],
    ["é.gguf", "e\u0301.gguf"],
    ["ÜBER.gguf", "über.gguf"],
    ["ς.gguf", "σ.gguf"],
  ] as const)
    expect(nameKey(one)).toBe(nameKey(other));
  expect(nameKey("a.gguf")).not.toBe(nameKey("b.gguf"));
});

it("each repository has a folder", () => {
  expect(repositoryFolder("bartowski/Qwen3-8B-GGUF")).toBe("bartowski__Qwen3-8B-GGUF");
});
