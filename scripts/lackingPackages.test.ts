import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allLackingPackages, lackingPackages } from "./lackingPackages.mjs";

const LOCK = {
  "": { optionalDependencies: {} },
  "node_modules/rollup": {
    version: "4.68.7",
    optionalDependencies: {
      "@rollup/rollup-darwin-arm64": "4.68.7",
      "@rollup/rollup-darwin-x64": "4.68.7",
      "@rollup/rollup-linux-x64-gnu": "4.68.7",
      "@rollup/rollup-linux-x64-musl": "4.68.7",
      "@rollup/rollup-win32-x64-msvc": "4.68.7",
      fsevents: "~2.3.2",
    },
  },
  "node_modules/@rollup/rollup-linux-x64-gnu": { version: "4.68.7", optional: true },
  "node_modules/node-llama-cpp": {
    version: "3.22.1",
    optionalDependencies: {
      "@node-llama-cpp/mac-arm64-metal": "3.22.1",
      "@node-llama-cpp/win-x64": "3.22.1",
      "@node-llama-cpp/win-x64-vulkan": "3.22.1",
      "@node-llama-cpp/win-arm64": "3.22.1",
    },
  },
  "node_modules/a/node_modules/b": { optionalDependencies: { "nested-linux-x64": "1", "above-linux-x64": "1" } },
  "node_modules/a/node_modules/b/node_modules/nested-linux-x64": { version: "1" },
  "node_modules/a/node_modules/above-linux-x64": { version: "1" },
};

describe("lackingPackages", () => {
  it.each([
    [
      "darwin",
      "arm64",
      { rollup: ["@rollup/rollup-darwin-arm64@4.68.7"], "node-llama-cpp": ["@node-llama-cpp/mac-arm64-metal@3.22.1"] },
    ],
    [
      "win32",
      "x64",
      {
        rollup: ["@rollup/rollup-win32-x64-msvc@4.68.7"],
        "node-llama-cpp": ["@node-llama-cpp/win-x64@3.22.1", "@node-llama-cpp/win-x64-vulkan@3.22.1"],
      },
    ],
    ["win32", "arm64", { "node-llama-cpp": ["@node-llama-cpp/win-arm64@3.22.1"] }],
    ["linux", "x64", { rollup: ["@rollup/rollup-linux-x64-musl@4.68.7"] }],
    ["linux", "arm64", {}],
    ["freebsd", "x64", {}],
  ])("for %s %s", (platform, arch, expected) => {
    expect(Object.fromEntries(lackingPackages(LOCK, platform, arch).map(({ of, wanted }) => [of, wanted]))).toEqual(
      expected,
    );
  });

  it("is empty for Linux in the project's own lock", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: typeof LOCK };
    expect(lackingPackages(packages, "linux", "x64")).toEqual([]);
    expect(lackingPackages(packages, "linux", "arm64")).toEqual([]);
  });
});

describe("allLackingPackages", () => {
  it("knows every system, and what has none in its name", () => {
    const [rollup, llama, ...others] = allLackingPackages(LOCK);
    expect(rollup?.wanted).toHaveLength(5);
    expect(llama?.wanted).toHaveLength(4);
    expect(others).toEqual([]);
  });
});
