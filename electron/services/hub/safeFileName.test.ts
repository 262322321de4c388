// Names from a server never lead out of the models folder.
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repositoryFolder, safeFileName } from "./safeFileName";

describe("a file name from the hub", () => {
  it.each(["model.gguf", "Q4_K_M/Model-Q4_K_M-00001-of-00002.gguf", "a+b.gguf"])("is taken: %s", (name) => {
    expect(safeFileName(name)).toBe(name.split("/").at(-1));
  });

  it.each([
    "../model.gguf", "a/../../model.gguf", "/etc/model.gguf", "a//model.gguf", "a\\..\\model.gguf", "C:\\model.gguf", "C:model.gguf",
    ".model.gguf", "-model.gguf", "model.gguf.", "model.gguf ", "CON.gguf", "com1.gguf", "LPT9", "nul", "a\u0000.gguf", "a\n.gguf",
    "modèle.gguf", "model\u202egguf.exe", `${"a".repeat(200)}.gguf`, "", ".", "..", "a:b.gguf", "model.gguf:stream",
  ])("is refused: %j", (name) => {
    expect(safeFileName(name)).toBeNull();
  });

  it("stays inside the folder, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom("..", "/", "\\", "a", ".", "~", "con", "\u0000")).map((parts) => parts.join(""))), (name) => {
        const safe = safeFileName(name);
        if (safe === null) return;
        for (const system of [path.posix, path.win32]) {
          const folder = system.resolve("/models");
          expect(system.dirname(system.resolve(folder, safe))).toBe(folder);
        }
      }),
    );
  });

  it("gives each repository a folder", () => {
    expect(repositoryFolder("bartowski/Qwen3-8B-GGUF")).toBe("bartowski__Qwen3-8B-GGUF");
    expect(repositoryFolder("../..")).toBeNull();
  });
});
