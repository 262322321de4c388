// Builds and runs the native tests (native/test). Linux.
// Options: normal (the default), address, thread, instructions, all; then programs, by default all of them.
// --target=linux-arm64 builds the tests of another system, as `npm run addons` builds its addons, and runs them under Debian's
// qemu-user or wine; those of macOS are only linked. --node-llama-cpp=VERSION takes that version's libraries.
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { crossPlace } from "./addons/crossPlace";
import { nodeLlamaCppVersion } from "./addons/llamaPackages";
import { ADDON_TARGETS, addonTarget, GGML_LIBRARIES, type AddonTarget } from "./addons/targets";
import { writeWindowsImports } from "./addons/windowsImports";
import {
  addonFlags,
  cppFiles,
  FACET,
  FACET_KERNELS,
  librariesFolder,
  linkedLibraries,
  llamaCppHeaders,
  llamaLibraries,
  objectsFolder,
  outputFolder,
  type Addon,
  type BuildPlace,
} from "./buildNative";
import { compileNative, findCompiler, howToGetCompiler, runCompiler } from "./compileNative";
import { exitWith, StepError } from "./step";

const run = promisify(execFile);

export interface Count {
  passed: number;
  failed: number;
}

interface Program {
  name: string;
  /** Whose sources it tests. */
  addon: Addon;
  libraries: RegExp;
  libraryCount: number;
}

const PROGRAMS: readonly Program[] = [
  { name: "coreTests", addon: FACET, libraries: FACET.libraries, libraryCount: FACET.libraryCount },
  { name: "deltaTests", addon: FACET, libraries: FACET.libraries, libraryCount: FACET.libraryCount },
  { name: "fuzzTests", addon: FACET, libraries: FACET.libraries, libraryCount: FACET.libraryCount },
  // The kernels know nothing of the rest, and only of ggml.
  { name: "kernelTests", addon: FACET_KERNELS, libraries: GGML_LIBRARIES, libraryCount: 2 },
];

/** How everything is compiled for a run. */
interface Build {
  title: string;
  folder: string;
  /** null: as the addons, whose very objects are tested. */
  flags: readonly string[] | null;
  /** Linked with. */
  sanitizers: string | null;
  programs: readonly string[];
}

const SANITIZED = ["-O1", "-g1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all", "-DFACET_ONE_INSTRUCTION_SET"];
const ALL = PROGRAMS.map(({ name }) => name);

const NORMAL: Build = { title: "as the addons", folder: "normal", flags: null, sanitizers: null, programs: ALL };
const ADDRESS: Build = {
  title: "AddressSanitizer and UndefinedBehaviorSanitizer",
  folder: "address",
  flags: SANITIZED,
  sanitizers: "-fsanitize=address,undefined",
  programs: ALL,
};
const THREAD: Build = {
  title: "ThreadSanitizer",
  folder: "thread",
  flags: SANITIZED,
  sanitizers: "-fsanitize=thread",
  programs: ALL,
};

/** The levels of x86-64 that code is compiled for, the addons at run time by their choice. The kernels choose among their own. */
const LEVELS: readonly { name: string; march: string; needs: readonly string[] }[] = [
  { name: "x86-64", march: "x86-64", needs: [] },
  { name: "AVX2", march: "x86-64-v3", needs: ["avx2", "fma", "f16c", "bmi2", "movbe"] },
  { name: "AVX-512", march: "x86-64-v4", needs: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"] },
];

/** The CPU back end of node-llama-cpp that a processor with no more than these kernels would load; else the best one. */
const BACKENDS: Readonly<Record<string, string>> = { AVX2: "ggml-cpu-haswell" };

/** Made by deltaTests, and the same to the last bit whatever the instruction set. */
const MADE_ALIKE = ["full.gguf", "compact.gguf", "weighted.gguf", "lora.gguf"];

interface Place extends Omit<BuildPlace, "say"> {
  /** A command before each program, for another system; null: they do not run here. */
  emulator: readonly string[] | null;
  /** Linked to another llama.cpp than the app's. */
  isOtherLlamaCpp: boolean;
}

/** Why the native tests cannot be run here; else where. */
async function findPlace(): Promise<Place | string> {
  const target = addonTarget(process.platform, process.arch);
  if (process.platform !== "linux" || target === undefined) return "the native tests run on Linux only";
  const compiler = await findCompiler();
  if (compiler === null) return `there is no C++ compiler. ${howToGetCompiler()}`;
  const headers = await llamaCppHeaders();
  if (headers === null) return "git is missing. Get it with: sudo apt-get install git";
  return {
    target,
    compiler: [compiler],
    headers,
    libraries: librariesFolder(target.llamaPackage),
    output: outputFolder(target),
    emulator: [],
    isOtherLlamaCpp: false,
  };
}

/** How this machine runs programs of other systems. */
const EMULATORS: Readonly<Record<string, { command: readonly string[]; howToGet: string }>> = {
  "linux-arm64": {
    command: ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
    howToGet: "sudo apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross",
  },
  "win-x64": { command: ["wine"], howToGet: "sudo apt-get install wine wine64" },
};

/** Of another system. Throws StepError when it cannot be built here, or the emulator is missing. */
async function findCrossPlace(name: string, nodeLlamaCpp: string | undefined): Promise<Place> {
  const target = ADDON_TARGETS.find((target) => target.name === name);
  if (target === undefined)
    throw new StepError(
      `There is no system named ${name}; there are ${ADDON_TARGETS.map(({ name }) => name).join(", ")}.`,
    );
  const own = await nodeLlamaCppVersion();
  const emulator = EMULATORS[name];
  if (emulator !== undefined) {
    const [command = ""] = emulator.command;
    await run(command, ["--version"]).catch(() => {
      throw new StepError(`${command} is missing. Get it with: ${emulator.howToGet}`);
    });
  }
  const place = await crossPlace(target, nodeLlamaCpp ?? own, (line) => console.log(`· ${line}`));
  const isHost = target === addonTarget(process.platform, process.arch);
  return {
    ...place,
    emulator: isHost ? [] : (emulator?.command ?? null),
    isOtherLlamaCpp: nodeLlamaCpp !== undefined && nodeLlamaCpp !== own,
  };
}

/** The addons' own objects: seconds when they are built. null where there is no compiler, as the app works without it. */
export async function runQuickNativeTests(): Promise<Count | null> {
  const place = await findPlace();
  if (typeof place === "string") {
    console.log(`Not run: ${place}`);
    return null;
  }
  return runBuild(NORMAL, place);
}

/** Sanitizers, and every instruction set that this processor has. What cannot be run has failed: it was asked for. */
export async function runThoroughNativeTests(): Promise<Count> {
  const place = await findPlace();
  if (typeof place === "string") {
    console.log(`Not run: ${place}`);
    return { passed: 0, failed: 1 };
  }
  return sum([await runBuild(ADDRESS, place), await runBuild(THREAD, place), await runInstructionSets(place)]);
}

async function runInstructionSets(place: Place): Promise<Count> {
  const flags = (await readFile("/proc/cpuinfo", "utf8")).match(/^flags\s*:(.*)$/m)?.[1]?.split(" ") ?? [];
  const levels = process.arch === "x64" ? LEVELS : [];
  const usable = levels.filter(({ needs }) => needs.every((flag) => flags.includes(flag)));
  const missing = levels.filter((level) => !usable.includes(level));
  console.log(`\nInstruction sets of this processor: ${usable.map(({ name }) => name).join(", ")}`);
  if (missing.length > 0) console.log(`It lacks ${missing.map(({ name }) => name).join(", ")}: not run.`);
  const counts: Count[] = [];
  const made = new Map<string, string>();
  for (const { name, march } of usable) {
    const build: Build = {
      title: `${name} (-march=${march})`,
      folder: march,
      flags: ["-O3", `-march=${march}`, "-DFACET_ONE_INSTRUCTION_SET"],
      sanitizers: null,
      programs: ["coreTests", "deltaTests"],
    };
    counts.push(
      await runBuild(build, place, async (folder) => {
        const files = await Promise.all(MADE_ALIKE.map((file) => readFile(path.join(folder, file)).catch(() => null)));
        const hash = createHash("sha256");
        for (const [index, file] of files.entries()) hash.update(file ?? `${name} has no ${MADE_ALIKE[index]}`);
        made.set(name, hash.digest("hex"));
      }),
    );
  }
  if (made.size > 1) {
    const areAlike = new Set(made.values()).size === 1;
    console.log(`${areAlike ? "ok" : "not ok"} - ${[...made.keys()].join(", ")} make the same deltas, bit for bit`);
    counts.push(areAlike ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  }
  return sum(counts);
}

/** `afterDeltaTests` gets the folder of the files that it made. */
async function runBuild(
  build: Build,
  place: Place,
  afterDeltaTests: (folder: string) => Promise<void> = async () => undefined,
  programs: readonly string[] = build.programs,
): Promise<Count> {
  console.log(`\nNative tests: ${build.title}`);
  const counts: Count[] = [];
  try {
    if (build.sanitizers !== null) await requireSanitizers(build.sanitizers, place);
    for (const program of PROGRAMS.filter(({ name }) => programs.includes(name))) {
      const startedMs = performance.now();
      const file = await buildProgram(program, build, place);
      const builtMs = performance.now();
      const count = await runProgram(file, program, place, afterDeltaTests);
      const seconds = (fromMs: number, toMs: number) => ((toMs - fromMs) / 1000).toFixed(1);
      console.log(
        `${program.name}: ${count.passed} passed, ${count.failed} failed (built in ${seconds(startedMs, builtMs)} s, ran ${seconds(builtMs, performance.now())} s)`,
      );
      counts.push(count);
    }
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.log(`✗ ${error.message}`);
    counts.push({ passed: 0, failed: 1 });
  }
  return sum(counts);
}

/** Throws StepError when the compiler came without them, or the system does not let them work. */
async function requireSanitizers(sanitizers: string, { compiler }: Place): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-sanitizer-"));
  try {
    const source = path.join(folder, "empty.cpp");
    const program = path.join(folder, "empty");
    await writeFile(source, "int main() { return 0; }\n");
    await runCompiler(compiler, [sanitizers, source, "-o", program]).catch(() => {
      throw new StepError(
        `${compiler.join(" ")} has no libraries for ${sanitizers}. They come with Debian's g++: sudo apt-get install g++`,
      );
    });
    await run(program).catch((error: unknown) => {
      throw new StepError(`A program with ${sanitizers} does not start here: ${String(error)}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the program's file. */
async function buildProgram({ name, addon, libraries, libraryCount }: Program, build: Build, place: Place) {
  const { compiler, headers, output } = place;
  const folder = path.join(output, "tests", build.folder);
  const sanitizers = build.sanitizers === null ? [] : [build.sanitizers];
  const isOptimization = (flag: string) => flag.startsWith("-O");
  const hasOwn = build.flags?.some(isOptimization) ?? false;
  const asAddon = addonFlags(addon, place.target, headers).filter((flag) => !hasOwn || !isOptimization(flag));
  const flags = [
    ...asAddon,
    ...(build.flags ?? []),
    ...sanitizers,
    ...(place.isOtherLlamaCpp ? ["-DFACET_OTHER_GGML"] : []),
  ];
  const compilation = { compiler, flags, say: (line: string) => console.log(`· ${line}`) };
  const tested = await compileNative({
    ...compilation,
    sources: await cppFiles(addon.coreFolders),
    folder: build.flags === null ? objectsFolder(output, addon) : path.join(folder, addon.name),
  });
  const names = await llamaLibraries({ libraries, libraryCount }, place.libraries);
  const sources = [path.join("native", "test", `${name}.cpp`)];
  if (place.target.platform === "win32") sources.push(...(await windowsSources(name, names, folder, place)));
  const tests = await compileNative({ ...compilation, sources, folder });
  const file = path.join(folder, name + (place.target.platform === "win32" ? ".exe" : ""));
  await runCompiler(compiler, [
    ...(place.target.platform === "win32" ? [] : ["-pthread", `-Wl,-rpath,${path.resolve(place.libraries)}`]),
    ...sanitizers,
    ...tested,
    ...tests,
    "-o",
    file,
    ...linkedLibraries(place.target, place.libraries, names),
  ]);
  return file;
}

/** By which a program finds llama.cpp's functions, as an addon does. */
async function windowsSources(
  name: string,
  libraries: readonly string[],
  folder: string,
  place: Place,
): Promise<string[]> {
  const imports = path.join(folder, `${name}Imports.cpp`);
  await writeWindowsImports(imports, {
    libraries: place.libraries,
    names: libraries,
    folder: path.resolve(place.libraries),
    bindsAtStart: true,
  });
  return [imports, ...(await cppFiles(["native/windows"]))];
}

async function runProgram(
  file: string,
  program: Program,
  place: Place,
  afterDeltaTests: (folder: string) => Promise<void>,
): Promise<Count> {
  const libraries = path.resolve(place.libraries);
  const { emulator } = place;
  if (emulator === null) {
    console.log("Linked; it does not run here.");
    return { passed: 1, failed: 0 };
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), "facet-native-"));
  try {
    if (program.name !== "kernelTests") {
      const count = await runTap([...emulator, file, libraries, folder]);
      if (program.name === "deltaTests") await afterDeltaTests(folder);
      return count;
    }
    const counts: Count[] = [];
    const sets = (await execute([...emulator, file, "--list"])).split(/\r?\n/).filter((line) => line !== "");
    if (sets.length === 0) console.log("This processor has none of the instruction sets that the kernels are for.");
    for (const set of sets) {
      const backend = path.join(libraries, backendFile(set, place.target));
      console.log(
        `${set}, with ${existsSync(backend) && backend !== libraries ? path.basename(backend) : "the best back end"}:`,
      );
      counts.push(await runTap([...emulator, file, backend, folder, set]));
    }
    return sum(counts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function backendFile(set: string, { platform }: AddonTarget): string {
  const name = BACKENDS[set];
  if (name === undefined) return "";
  return platform === "win32" ? `${name}.dll` : `lib${name}.so`;
}

async function execute([command = "", ...args]: readonly string[]): Promise<string> {
  return (await run(command, args)).stdout;
}

/** Runs a program that prints TAP, "1..N" and then a line for each test. One that ended before its last test has one failure more. */
async function runTap([command = "", ...args]: readonly string[]): Promise<Count> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<string | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  let planned = 0;
  const count: Count = { passed: 0, failed: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    const plan = /^1\.\.(\d+)$/.exec(line);
    if (plan) planned = Number(plan[1]);
    if (line.startsWith("ok ")) count.passed += 1;
    if (line.startsWith("not ok ")) count.failed += 1;
    if (!plan) console.log(`  ${line}`);
  }
  const problem = await ended;
  if (planned === 0 || count.passed + count.failed < planned || (problem !== null && count.failed === 0)) {
    console.log(
      `  It ended early (${problem ?? "without a word"}): ${count.passed + count.failed} of ${planned} tests`,
    );
    count.failed += 1;
  }
  return count;
}

function sum(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
  };
}

async function main(args: readonly string[]): Promise<void> {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const [what = "normal", ...programs] = args.filter((arg) => !arg.startsWith("--"));
  const target = option("target");
  const place = target === undefined ? await findPlace() : await findCrossPlace(target, option("node-llama-cpp"));
  if (typeof place === "string") throw new StepError(place);
  const only = programs.length > 0 ? programs : undefined;
  const runs: Readonly<Record<string, () => Promise<Count>>> = {
    normal: () => runBuild(NORMAL, place, undefined, only),
    address: () => runBuild(ADDRESS, place, undefined, only),
    thread: () => runBuild(THREAD, place, undefined, only),
    instructions: () => runInstructionSets(place),
    all: async () => sum([await runBuild(NORMAL, place), await runThoroughNativeTests()]),
  };
  const chosen = runs[what];
  if (!chosen) throw new StepError(`There is no run named ${what}; there are ${Object.keys(runs).join(", ")}.`);
  const { passed, failed } = await chosen();
  console.log(`\n${passed} passed, ${failed} failed`);
  // Nothing that was tested has passed.
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2)).catch(exitWith);
