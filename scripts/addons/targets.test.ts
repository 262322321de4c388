// Which files of node-llama-cpp's real packages the addons are linked to, on every system.
import { describe, expect, it } from "vitest";
import { LIBRARY_PACKAGES } from "../../electron/engine/jobs/nativeAddon";
import {
  ADDON_TARGETS,
  addonTarget,
  GGML_BASE_LIBRARY,
  GGML_LIBRARIES,
  LLAMA_LIBRARIES,
  platformName,
} from "./targets";

/** As in the packages: linux 3.22.1, the others 3.21.1. */
const PACKAGES: Readonly<Record<string, { files: string[]; llama: string; ggml: string; base: string }>> = {
  "linux-x64": {
    files: [
      "_nlcBuildMetadata.json libggml-base.so libggml-cpu-alderlake.so libggml-cpu-haswell.so libggml-cpu-x64.so",
      "libggml.v0.5.0.so libllama-common.so libllama.v0.5.0.so llama-addon.node",
    ],
    llama: "libllama.v0.5.0.so",
    ggml: "libggml.v0.5.0.so",
    base: "libggml-base.so",
  },
  "linux-arm64": {
    files: [
      "_nlcBuildMetadata.json libggml-base.so libggml-cpu-armv8.0_1.so libggml-cpu-armv9.2_2.so libggml.v0.5.0.so",
      "libllama-common.so libllama.v0.5.0.so llama-addon.node",
    ],
    llama: "libllama.v0.5.0.so",
    ggml: "libggml.v0.5.0.so",
    base: "libggml-base.so",
  },
  "mac-arm64-metal": {
    files: [
      "_nlcBuildMetadata.json libggml-base.dylib libggml-blas.so libggml-cpu-apple_m1.so libggml-cpu-apple_m2_m3.so",
      "libggml-cpu-apple_m4.so libggml-metal.so libggml.metal.v0.4.0.dylib libllama-common.dylib",
      "libllama.metal.v0.4.0.dylib llama-addon.node",
    ],
    llama: "libllama.metal.v0.4.0.dylib",
    ggml: "libggml.metal.v0.4.0.dylib",
    base: "libggml-base.dylib",
  },
  "mac-x64": {
    files: [
      "_nlcBuildMetadata.json libggml-base.dylib libggml-blas.so libggml-cpu-haswell.so libggml-cpu-x64.so",
      "libggml.v0.4.0.dylib libllama-common.dylib libllama.v0.4.0.dylib llama-addon.node",
    ],
    llama: "libllama.v0.4.0.dylib",
    ggml: "libggml.v0.4.0.dylib",
    base: "libggml-base.dylib",
  },
  "win-x64": {
    files: [
      "_nlcBuildMetadata.json ggml-base.dll ggml-cpu-haswell.dll ggml-cpu-x64.dll ggml.v0.4.0.dll llama-addon.lib",
      "llama-addon.node llama-common.dll llama.v0.4.0.dll",
    ],
    llama: "llama.v0.4.0.dll",
    ggml: "ggml.v0.4.0.dll",
    base: "ggml-base.dll",
  },
  "win-arm64": {
    files: [
      "_nlcBuildMetadata.json ggml-base.dll ggml-cpu.dll ggml.v0.4.0.dll llama-addon.lib llama-addon.node",
      "llama-common.dll llama.v0.4.0.dll",
    ],
    llama: "llama.v0.4.0.dll",
    ggml: "ggml.v0.4.0.dll",
    base: "ggml-base.dll",
  },
};

describe("the libraries of each package", () => {
  it.each(Object.entries(PACKAGES))("%s", (_, { files, llama, ggml, base }) => {
    const names = files.flatMap((line) => line.split(" "));
    const found = (pattern: RegExp) => names.filter((name) => pattern.test(name)).sort();
    expect(found(LLAMA_LIBRARIES)).toEqual([llama, ggml, base].sort());
    expect(found(GGML_LIBRARIES)).toEqual([ggml, base].sort());
    expect(found(GGML_BASE_LIBRARY)).toEqual([base]);
  });
});

it("the app looks for its libraries in the packages that the addons are built against", () => {
  const packages = ADDON_TARGETS.map((target) => [platformName(target), target.llamaPackage]);
  expect(Object.fromEntries(packages)).toEqual(LIBRARY_PACKAGES);
  expect(new Set(Object.values(LIBRARY_PACKAGES))).toEqual(new Set(Object.keys(PACKAGES)));
});

it("knows no addons for other systems", () => {
  expect(addonTarget("darwin", "arm64")?.name).toBe("mac-arm64");
  expect(addonTarget("linux", "arm")).toBeUndefined();
});
