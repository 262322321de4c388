// The systems that the C++ addons are built for, and the files of each that they are linked to.

export interface AddonTarget {
  /** As releases and node-llama-cpp call it. */
  name: string;
  /** As Node calls it, which names the folder in native/build. */
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  /** node-llama-cpp's package with the CPU build (on Apple's chips: Metal). */
  llamaPackage: string;
  /** What `zig c++ -target` takes. */
  zigTarget: string;
  /** The oldest that it runs with; node-llama-cpp's libraries need the same. null: another system's C library. */
  glibc: string | null;
}

const GLIBC = "2.34";

export const ADDON_TARGETS: readonly AddonTarget[] = [
  ...(["x64", "arm64"] as const).map((arch) => ({
    name: `linux-${arch}`,
    platform: "linux" as const,
    arch,
    llamaPackage: `linux-${arch}`,
    zigTarget: `${arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu.${GLIBC}`,
    glibc: GLIBC,
  })),
  ...(["x64", "arm64"] as const).map((arch) => ({
    name: `win-${arch}`,
    platform: "win32" as const,
    arch,
    llamaPackage: `win-${arch}`,
    zigTarget: `${arch === "x64" ? "x86_64" : "aarch64"}-windows-gnu`,
    glibc: null,
  })),
  // What node-llama-cpp's own libraries for macOS were built for.
  ...(["arm64", "x64"] as const).map((arch) => ({
    name: `mac-${arch}`,
    platform: "darwin" as const,
    arch,
    llamaPackage: arch === "arm64" ? "mac-arm64-metal" : "mac-x64",
    zigTarget: `${arch === "x64" ? "x86_64" : "aarch64"}-macos.14.0`,
    glibc: null,
  })),
];

/** undefined: there are no addons for such a system. */
export function addonTarget(platform: string, arch: string): AddonTarget | undefined {
  return ADDON_TARGETS.find((target) => target.platform === platform && target.arch === arch);
}

/** The folder in native/build, and the name of the system for the app. */
export function platformName({ platform, arch }: Pick<AddonTarget, "platform" | "arch">): string {
  return `${platform}-${arch}`;
}

/** llama.cpp and ggml: the three libraries of node-llama-cpp's package that `facet` is linked to. */
export const LLAMA_LIBRARIES = /^(lib)?(llama|ggml|ggml-base)(\.metal)?(\.v[\d.]+)?\.(so|dylib|dll)$/;
/** The two of ggml. */
export const GGML_LIBRARIES = /^(lib)?(ggml|ggml-base)(\.metal)?(\.v[\d.]+)?\.(so|dylib|dll)$/;
/** Has the same name in the packages for every back end. */
export const GGML_BASE_LIBRARY = /^(lib)?ggml-base\.(so|dylib|dll)$/;
