// Linux: makes sure that the system libraries which Electron links to are there, and a virtual display where there is no real one.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { StepError } from "./step";
import { hasDisplay } from "./virtualDisplay";

/** Debian package of each library that Electron links to directly; the packages bring their own dependencies. */
export const LIBRARIES: Readonly<Record<string, string>> = {
  "libasound.so.2": "libasound2",
  "libatk-1.0.so.0": "libatk1.0-0",
  "libatk-bridge-2.0.so.0": "libatk-bridge2.0-0",
  "libatspi.so.0": "libatspi2.0-0",
  "libcairo.so.2": "libcairo2",
  "libcups.so.2": "libcups2",
  "libdbus-1.so.3": "libdbus-1-3",
  "libdrm.so.2": "libdrm2",
  "libexpat.so.1": "libexpat1",
  "libgbm.so.1": "libgbm1",
  "libglib-2.0.so.0": "libglib2.0-0",
  "libgtk-3.so.0": "libgtk-3-0",
  "libnspr4.so": "libnspr4",
  "libnss3.so": "libnss3",
  "libpango-1.0.so.0": "libpango-1.0-0",
  "libudev.so.1": "libudev1",
  "libX11.so.6": "libx11-6",
  "libxcb.so.1": "libxcb1",
  "libXcomposite.so.1": "libxcomposite1",
  "libXdamage.so.1": "libxdamage1",
  "libXext.so.6": "libxext6",
  "libXfixes.so.3": "libxfixes3",
  "libxkbcommon.so.0": "libxkbcommon0",
  "libXrandr.so.2": "libxrandr2",
};

/** Installs what is missing, or stops with the exact command. Returns what was done, in words. */
export async function ensureSystemLibraries(electronDist: string, say: (line: string) => void): Promise<string> {
  if (process.platform !== "linux") return "none needed on this system";
  const missing = missingLibraries(path.join(electronDist, "electron"));
  const needsDisplay = !hasDisplay() && !commandExists("Xvfb");
  if (missing.length === 0 && !needsDisplay) return "all there";

  const packages = missing.map((library) => LIBRARIES[library] ?? ofOtherNames(library));
  if (needsDisplay) packages.push("xvfb");
  ensureDebianPackages(
    [...new Set(packages)],
    say,
    `Electron needs ${[...missing, ...(needsDisplay ? ["a display, or Xvfb"] : [])].join(", ")}`,
  );

  const stillMissing = missingLibraries(path.join(electronDist, "electron"));
  if (stillMissing.length > 0)
    throw new StepError(`These libraries are still missing after the installation: ${stillMissing.join(", ")}.`);
  return `installed ${packages.length} system ${packages.length === 1 ? "package" : "packages"}`;
}

/** Installs Debian packages as root; anybody else is told the command. `reason` starts the sentence. */
export function ensureDebianPackages(packages: readonly string[], say: (line: string) => void, reason: string): void {
  if (!commandExists("apt-get")) {
    throw new StepError(
      `${reason}. On Debian these come with the packages ${packages.join(" ")}; install what your system calls them and run the same command again.`,
    );
  }
  const install = ["install", "-y", "--no-install-recommends"];
  if (process.getuid?.() !== 0) {
    throw new StepError(
      `${reason}. Run this, then the same command again:\n  sudo apt-get update && sudo apt-get ${install.join(" ")} ${packages.map(currentName).join(" ")}`,
    );
  }
  say(`${reason}; running apt-get install ${packages.join(" ")}`);
  aptGet(["update"]);
  aptGet([...install, ...packages.map(currentName)]);
}

function aptGet(args: string[]): void {
  const { status, stderr } = spawnSync("apt-get", ["-q", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0) throw new StepError(`apt-get ${args.join(" ")} failed:\n${stderr.trim()}`);
}

/** Ubuntu 24.04 and Debian 13 renamed some packages: libgtk-3-0 became libgtk-3-0t64. */
function currentName(name: string): string {
  const renamed = spawnSync("apt-cache", ["show", `${name}t64`], { stdio: "ignore" }).status === 0;
  return renamed ? `${name}t64` : name;
}

function missingLibraries(binary: string): string[] {
  const { stdout } = spawnSync("ldd", [binary], { encoding: "utf8" });
  return [...(stdout ?? "").matchAll(/^\s*(\S+) => not found$/gm)].flatMap(([, library]) => library ?? []);
}

/** libnssutil3 and libsmime3 come with libnss3, and so on: the family's main package. */
function ofOtherNames(library: string): string {
  if (/^lib(nssutil3|smime3|ssl3|softokn3)/.test(library)) return "libnss3";
  if (/^lib(gobject|gio|gmodule)-2/.test(library)) return "libglib2.0-0";
  if (/^libpl(c|ds)4/.test(library)) return "libnspr4";
  if (/^lib(gdk-3|gdk_pixbuf)/.test(library)) return "libgtk-3-0";
  throw new StepError(
    `Electron needs ${library}, which is missing here. Install the package of your system that has it and run the same command again.`,
  );
}

export function commandExists(name: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .some((folder) => folder !== "" && existsSync(path.join(folder, name)));
}
