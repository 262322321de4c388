// Linux: makes sure that the system libraries which Electron links to are there, and a virtual display where there is no real one.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { electronBinary } from "./electronStart";
import { StepError } from "./step";
import { hasDisplay } from "./virtualDisplay";

/** Debian packages that are not called after their library. */
const OTHERWISE_CALLED: readonly (readonly [RegExp, string])[] = [
  [/^lib(nssutil3|smime3|ssl3|softokn3)\./, "libnss3"],
  [/^libpl(c|ds)4\./, "libnspr4"],
  [/^lib(glib|gobject|gio|gmodule|gthread)-2\.0\./, "libglib2.0-0"],
  [/^libgdk-3\./, "libgtk-3-0"],
  [/^libatk-1\.0\./, "libatk1.0-0"],
  [/^libatk-bridge-2\.0\./, "libatk-bridge2.0-0"],
  [/^libatspi\./, "libatspi2.0-0"],
];
/** For dialogs and the look. Electron asks for one when it starts, the first that is there (from 36 on GTK 4 on GNOME); ldd shows none then. */
export const GTK = ["libgtk-4.so.1", "libgtk-3.so.0"] as const;

/** Installs what is missing, or stops with the exact command. Returns what was done, in words. */
export async function ensureSystemLibraries(electronDist: string, say: (line: string) => void): Promise<string> {
  if (process.platform !== "linux") return "none needed on this system";
  const binary = electronBinary(electronDist);
  const missing = missingLibraries(binary);
  const needsDisplay = !hasDisplay() && !commandExists("Xvfb");
  if (missing.length === 0 && !needsDisplay) return "all there";

  const packages = missing.map(debianPackage);
  if (needsDisplay) packages.push("xvfb");
  ensureDebianPackages(
    [...new Set(packages)],
    say,
    `Electron needs ${[...missing, ...(needsDisplay ? ["a display, or Xvfb"] : [])].join(", ")}`,
  );

  const stillMissing = missingLibraries(binary);
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

/** What the binary links to, in all its depth, and a GTK. */
function missingLibraries(binary: string): string[] {
  const { stdout } = spawnSync("ldd", [binary], { encoding: "utf8" });
  return missingOf(stdout ?? "", knownLibraries());
}

/** `linked`: what ldd says of a program. `known`: the system's list, or "" where there is none. */
export function missingOf(linked: string, known: string): string[] {
  const missing = [...linked.matchAll(/^\s*(\S+) => not found$/gm)].flatMap(([, library]) => library ?? []);
  const hasGtk = GTK.some((library) => linked.includes(library) || known.includes(library));
  return hasGtk || known === "" ? missing : [...missing, GTK[1]];
}

/** What a program links to directly, without the C and C++ libraries. */
export function neededLibraries(binary: string): string[] {
  const { stdout } = spawnSync("readelf", ["-d", binary], { encoding: "utf8" });
  return [...(stdout ?? "").matchAll(/\(NEEDED\).*\[(.+)\]/g)]
    .flatMap(([, library]) => library ?? [])
    .filter((library) => !/^(?:ld-linux|lib(?:c|m|dl|rt|pthread|gcc_s|stdc\+\+|ffmpeg)\.)/.test(library));
}

function knownLibraries(): string {
  // Not in everybody's PATH.
  return spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" }).stdout ?? "";
}

/** By Debian's rule: libgtk-4.so.1 is in libgtk-4-1, libX11.so.6 in libx11-6, libcups.so.2 in libcups2. */
export function debianPackage(library: string): string {
  const [, otherwise] = OTHERWISE_CALLED.find(([name]) => name.test(library)) ?? [];
  if (otherwise !== undefined) return otherwise;
  const [name = library, version = ""] = library
    .toLowerCase()
    .replaceAll("_", "-")
    .split(/\.so\.?/);
  return /\d$/.test(name) && version !== "" ? `${name}-${version}` : `${name}${version}`;
}

export function commandExists(name: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .some((folder) => folder !== "" && existsSync(path.join(folder, name)));
}
