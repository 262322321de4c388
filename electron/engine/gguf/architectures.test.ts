// The list of architectures is held against the llama.cpp that is shipped.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as nodeLlamaCpp from "node-llama-cpp";
import { expect, test } from "vitest";
import { knownArchitectures } from "./architectures";

/** The library of this system that holds the architectures' names. */
function llamaLibrary(): Buffer {
  const packages = path.resolve(
    path.dirname(fileURLToPath(import.meta.resolve("node-llama-cpp"))),
    "../../@node-llama-cpp",
  );
  for (const folder of readdirSync(packages, { recursive: true, withFileTypes: true })) {
    if (folder.isFile() && /^(lib)?llama\.(?:[\w.-]+\.)?(so|dylib|dll)$/u.test(folder.name))
      return readFileSync(path.join(folder.parentPath, folder.name));
  }
  throw new Error("node-llama-cpp ships no llama library here");
}

test("the shipped llama.cpp knows every architecture of the list", () => {
  const library = llamaLibrary();
  // Linkers let a string be the end of a longer one.
  const unknown = [...knownArchitectures].filter((name) => !library.includes(`${name}\0`));
  expect(unknown).toEqual([]);
});

test("the list has every architecture that node-llama-cpp names", () => {
  // A const enum in its types, an object in its code.
  const { GgufArchitectureType } = nodeLlamaCpp as unknown as { GgufArchitectureType: Record<string, string> };
  const missing = Object.values(GgufArchitectureType).filter((name) => !knownArchitectures.has(name));
  expect(missing).toEqual(["(unknown)"]);
});
