// What goes into a package for which target, and what of it into the archive.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createPackageWithOptions, listPackage, statFile } from "@electron/asar";
import { describe, expect, it } from "vitest";
import { belongsInPackage, UNPACKED, type PackageTarget } from "./packagedFiles";

const linux: PackageTarget = { platform: "linux", arch: "x64", gpu: false };

describe("belongsInPackage", () => {
  it.each([
    "",
    "/package.json",
    "/.vite",
    "/.vite/build",
    "/.vite/build/main.cjs",
    "/.vite/renderer/index.html",
    "/node_modules",
    "/resources",
    "/resources/icon.png",
    "/node_modules/node-llama-cpp/dist/index.js",
    "/node_modules/node-llama-cpp/LICENSE",
    "/node_modules/node-llama-cpp/llama/binariesGithubRelease.json",
    "/node_modules/@node-llama-cpp",
    "/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/llama-addon.node",
    "/node_modules/@photostructure/sqlite/dist/index.cjs",
    "/native",
    "/native/build",
    "/native/build/linux-x64",
    "/native/build/linux-x64/facet.node",
    "/native/build/linux-x64/facet-kernels.node",
    "/resources/calibration",
    "/resources/calibration/calibration.txt",
    "/resources/evaluation/evaluation.txt",
    "/node_modules/@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.glibc.node",
  ])("takes %j", (file) => expect(belongsInPackage(file, linux)).toBe(true));

  it.each([
    "/electron/faces/window/main.ts",
    "/renderer/index.html",
    "/e2e/chat.test.ts",
    "/README.md",
    "/.git/config",
    "/out",
    "/forge.config.ts",
    "/.vite/sources.sha256",
    "/.vite/build/main.cjs.map",
    "/.vite/renderer/assets/index.js.map",
    "/node_modules/.bin/vite",
    "/node_modules/.package-lock.json",
    "/node_modules/minimist/.nycrc",
    "/node_modules/minimist/.github/FUNDING.yml",
    "/node_modules/node-llama-cpp/dist/index.d.ts",
    "/node_modules/node-llama-cpp/llama/gitRelease.bundle",
    "/node_modules/@node-llama-cpp/linux-x64-vulkan",
    "/node_modules/@node-llama-cpp/linux-x64-cuda-ext/dist/index.js",
    "/node_modules/@node-llama-cpp/linux-arm64/package.json",
    "/node_modules/@node-llama-cpp/win-x64/package.json",
    "/node_modules/@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.musl.node",
    "/node_modules/@photostructure/sqlite/prebuilds/win32-x64/x.node",
    "/node_modules/@photostructure/sqlite/src/sqlite3.c",
    "/node_modules/@reflink/reflink-darwin-arm64/reflink.node",
    "/native/core",
    "/native/core/Backend.cpp",
    "/native/README.md",
    "/native/build/linux-x64/objects",
    "/native/build/linux-x64/facet.sha256",
    "/native/build/darwin-arm64/facet.node",
    "/resources/icon.svg",
    "/resources/README.md",
  ])("leaves out %j", (file) => expect(belongsInPackage(file, linux)).toBe(false));

  it("takes GPU libraries of the target only when asked", () => {
    const gpu = { ...linux, gpu: true };
    expect(belongsInPackage("/node_modules/@node-llama-cpp/linux-x64-cuda/x.node", gpu)).toBe(true);
    expect(belongsInPackage("/node_modules/@node-llama-cpp/linux-arm64/x.node", gpu)).toBe(false);
  });

  it("knows Apple's and Microsoft's names", () => {
    expect(
      belongsInPackage("/node_modules/@node-llama-cpp/mac-arm64-metal/x.node", {
        platform: "darwin",
        arch: "arm64",
        gpu: false,
      }),
    ).toBe(true);
    expect(
      belongsInPackage("/node_modules/@node-llama-cpp/win-x64/x.node", { platform: "win32", arch: "x64", gpu: false }),
    ).toBe(true);
  });
});

describe("UNPACKED", () => {
  it("leaves in the archive what Electron opens itself, and nothing else", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "facet-asar-"));
    try {
      const app = path.join(folder, "app");
      const inside = [
        ".vite/build/main.cjs",
        ".vite/build/preload.cjs",
        ".vite/renderer/assets/index.js",
        ".vite/renderer/index.html",
        "resources/icon.png",
      ];
      const beside = [
        ".vite/build/application.mjs",
        ".vite/build/engine.mjs",
        ".vite/build/facet.mjs",
        ".vite/build/fit.mjs",
        ".vite/build/job.mjs",
        ".vite/build/search.cjs",
        ".vite/build/worker.mjs",
        "native/build/linux-x64/facet-kernels.node",
        "native/build/linux-x64/facet.node",
        "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libllama.so",
        "node_modules/@photostructure/sqlite/dist/index.cjs",
        "node_modules/@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.glibc.node",
        "package.json",
        "resources/calibration/calibration.txt",
        "resources/catalogue.json",
        "resources/evaluation/evaluation.txt",
        "resources/languages/de.json",
      ];
      expect([...inside, ...beside].filter((file) => !belongsInPackage(`/${file}`, linux))).toEqual([]);
      for (const file of [...inside, ...beside]) {
        await mkdir(path.dirname(path.join(app, file)), { recursive: true });
        await writeFile(path.join(app, file), file);
      }
      const archive = path.join(folder, "app.asar");
      await createPackageWithOptions(app, archive, { unpack: UNPACKED });
      expect(filesInside(archive)).toEqual(inside);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function filesInside(archive: string): string[] {
  return listPackage(archive, { isPack: false })
    .map((file) => file.replaceAll("\\", "/").replace(/^\//, ""))
    .filter((file) => {
      const entry = statFile(archive, path.normalize(file));
      return !("files" in entry) && !("unpacked" in entry && entry.unpacked);
    })
    .sort();
}
