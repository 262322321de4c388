// llama.cpp's own tools, built from the source that node-llama-cpp bundles: what the addon is compared with.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { llamaCppCheckout } from "../scripts/buildNative";
import { cacheFolder } from "../scripts/cacheFolder";
import { StepError } from "../scripts/step";

const run = promisify(execFile);
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const TOOLS = ["llama-quantize", "llama-imatrix", "llama-perplexity"];

/** The folder with the tools. Builds them into the cache once; minutes. FACET_REFERENCE names a folder that has them already. */
export async function referenceTools(): Promise<string> {
  const given = process.env["FACET_REFERENCE"];
  if (given) return given;
  // The whole of it: set-up left some headers there, so a file that it does not need says whether the rest is missing.
  const source = await llamaCppCheckout(["CMakeLists.txt", "."]);
  if (source === null) throw new StepError("The reference tools need git: sudo apt-get install git cmake g++");
  const output = path.join(cacheFolder(), `${path.basename(source)}-reference`);
  const binaries = path.join(output, "bin");
  if (TOOLS.every((tool) => existsSync(path.join(binaries, tool)))) return binaries;
  console.log(`building ${TOOLS.join(", ")} in ${output}`);
  const flags = ["BUILD_SERVER", "BUILD_TESTS", "BUILD_EXAMPLES", "CURL", "OPENSSL", "BUILD_UI"].map((name) => `-DLLAMA_${name}=OFF`);
  try {
    await run("cmake", ["-S", source, "-B", output, "-DCMAKE_BUILD_TYPE=Release", ...flags], { maxBuffer: OUTPUT_LIMIT_BYTES });
    await run("cmake", ["--build", output, "--parallel", String(os.availableParallelism()), "--target", ...TOOLS], { maxBuffer: OUTPUT_LIMIT_BYTES });
  } catch (error) {
    throw new StepError(`The reference tools could not be built (they need cmake and g++):\n${String(error).slice(-2000)}`);
  }
  return binaries;
}

export interface ToolRun {
  text: string;
  /** User and system time of the tool alone. */
  cpuMs: number;
}

/** Runs a tool of the folder `tools`, with the libraries in that folder. */
export async function runTool(tools: string, tool: string, args: readonly string[]): Promise<ToolRun> {
  // The shell knows what its children used; its last line is their user and system time.
  const script = '"$0" "$@"; status=$?; times; exit $status';
  const { stdout, stderr } = await run("sh", ["-c", script, path.join(tools, tool), ...args], {
    maxBuffer: OUTPUT_LIMIT_BYTES,
    env: { ...process.env, LD_LIBRARY_PATH: tools },
  });
  return { text: stdout + stderr, cpuMs: childrenMs(stdout) };
}

/**
 * The same tools in `folder`, with the libraries that the app ships under the names they ask for. What is measured with
 * them has the same machine code underneath as the addon; what the tools were built with comes from another compiler.
 */
export async function toolsOnShippedLibraries(tools: string, folder: string): Promise<string> {
  const name = `linux-${process.arch}`;
  const shipped = path.resolve("node_modules/@node-llama-cpp", name, "bins", name);
  const output = path.join(folder, "shipped");
  await mkdir(output);
  // Copied, not linked: ggml looks for its CPU back ends beside the program.
  for (const tool of TOOLS) await copyFile(path.join(tools, tool), path.join(output, tool));
  for (const file of (await readdir(shipped)).filter((each) => each.endsWith(".so"))) {
    await symlink(path.join(shipped, file), path.join(output, file));
    // libllama.v0.5.0.so is libllama.so.0 for the tools.
    await symlink(path.join(shipped, file), path.join(output, `${file.replace(/\.v[\d.]+\.so$|\.so$/u, "")}.so.0`));
  }
  return output;
}

/** The last line of the shell's `times`: "0m1.230s 0m0.040s". */
function childrenMs(text: string): number {
  const [, minutes, userSeconds, systemMinutes, systemSeconds] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/u.exec(text) ?? [];
  return ((Number(minutes) + Number(systemMinutes)) * 60 + Number(userSeconds) + Number(systemSeconds)) * 1000;
}
