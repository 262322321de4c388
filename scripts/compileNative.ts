// Compiles C++ sources to object files; what has not changed since the last time is kept. For the addons and the native tests.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { StepError } from "./step";

const run = promisify(execFile);

/** Compilers may print long template errors. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** Every C++ source of the project is compiled with these. */
export const COMMON_FLAGS: readonly string[] = [
  "-std=c++20",
  "-ffp-contract=off",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Inative",
];

/** A command and the arguments that come first: ["g++"], ["zig", "c++", "-target", …]. */
export type Compiler = readonly string[];

export interface Compilation {
  compiler: Compiler;
  flags: readonly string[];
  /** No two of the same name. */
  sources: readonly string[];
  /** Of the object files. */
  folder: string;
  /** Each source that is compiled. */
  say: (line: string) => void;
}

/** Returns the object files, in the order of the sources. Throws StepError with the compiler's words. */
export async function compileNative({ compiler, flags, sources, folder, say }: Compilation): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const setting = [await compilerVersion(compiler), ...compiler, ...flags].join("\0");
  const objects = sources.map((source) => path.join(folder, `${path.basename(source, ".cpp")}.o`));
  const queue = sources.map((source, index) => [source, objects[index] ?? ""] as const);
  await Promise.all(
    Array.from({ length: Math.max(1, os.availableParallelism()) }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [source, object] = next;
        if (await isFresh(object, setting)) continue;
        say(source);
        // Whatever happens on the way, no stamp stands beside another object than its own.
        await rm(stampOf(object), { force: true });
        await runCompiler(compiler, [...flags, "-MMD", "-MF", dependenciesOf(object), "-c", source, "-o", object]);
        await writeFile(stampOf(object), await inputsHash(object, setting));
      }
    }),
  );
  return objects;
}

/** Throws StepError with the compiler's words. */
export async function runCompiler([command = "", ...first]: Compiler, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...first, ...args], { maxBuffer: OUTPUT_LIMIT_BYTES });
  } catch (error) {
    const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new StepError(`C++ could not be built:\n${text.trim()}`);
  }
}

/** The system's C++ compiler; null when there is none. */
export async function findCompiler(): Promise<string | null> {
  for (const candidate of [process.env["CXX"], "g++", "clang++", "c++"]) {
    if (!candidate) continue;
    const found = await compilerVersion([candidate]).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return null;
}

export function howToGetCompiler(): string {
  if (process.platform === "darwin") return "Get one with: xcode-select --install";
  return "Get one with: sudo apt-get install g++";
}

async function compilerVersion([command = "", ...first]: Compiler): Promise<string> {
  return (await run(command, [...first, "--version"])).stdout;
}

const stampOf = (object: string) => `${object}.sha256`;
const dependenciesOf = (object: string) => `${object}.d`;

async function isFresh(object: string, setting: string): Promise<boolean> {
  if (!existsSync(object) || !existsSync(stampOf(object))) return false;
  const hash = await inputsHash(object, setting).catch(() => null);
  return hash === (await readFile(stampOf(object), "utf8"));
}

/** Of the compiler's setting and of every file that it read, but those of the system and of llama.cpp. */
async function inputsHash(object: string, setting: string): Promise<string> {
  const hash = createHash("sha256").update(setting);
  // A rule of make: "object: source header \⏎ header …".
  const rule = await readFile(dependenciesOf(object), "utf8");
  const files = rule.slice(rule.indexOf(":") + 1).split(/[\s\\]+/);
  for (const file of files.filter((file) => file !== "").sort()) {
    hash
      .update(file)
      .update("\0")
      .update(await readFile(file));
  }
  return hash.digest("hex");
}
