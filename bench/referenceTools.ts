// llama.cpp's own tools, from the source that node-llama-cpp bundles: what the addon is compared with. Linux.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { llamaCppCheckout } from "../scripts/buildNative";
import { findCompiler } from "../scripts/compileNative";
import { cacheFolder } from "../scripts/cacheFolder.mjs";
import { StepError } from "../scripts/step";

const run = promisify(execFile);
/** Counts up when there are other tools: the cache may have older ones. */
const TOOLS_VERSION = 3;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  "llama-quantize": ["tools/quantize/quantize.cpp", "tools/quantize/main.cpp"],
  "llama-imatrix": ["tools/imatrix/imatrix.cpp"],
  "llama-perplexity": ["tools/perplexity/perplexity.cpp", "tools/perplexity/main.cpp"],
};
/** Programs of ours on llama.cpp's own code. */
const OWN_TOOLS: Readonly<Record<string, string>> = { promptReference: "bench/promptReference.cpp" };
const INCLUDES = ["include", "ggml/include", "common", "vendor"];
const LIBRARIES = /^lib(llama-common|llama|ggml|ggml-base)(\.v[\d.]+)?\.so$/u;

/**
 * The folder with the tools; compiles them into the cache once, in less than a minute. They are linked to the libraries
 * that the app ships, so that the same machine code is under them and under the addon, and a ratio says what our code
 * adds. FACET_REFERENCE names a folder with tools of another build, whose ratios then hold the other compiler too.
 */
export async function referenceTools(): Promise<string> {
  const given = process.env["FACET_REFERENCE"];
  if (given) return given;
  // The whole of it: set-up left some headers there, so a file that it does not need says whether the rest is missing.
  const source = await llamaCppCheckout(["CMakeLists.txt", "."]);
  const compiler = await findCompiler();
  if (source === null || compiler === null)
    throw new StepError("The reference tools need git and a C++ compiler: sudo apt-get install git g++");
  const output = path.join(cacheFolder(), `${path.basename(source)}-tools-${TOOLS_VERSION}`);
  if (existsSync(output)) return output;

  const name = `linux-${process.arch}`;
  const shipped = path.resolve("node_modules/@node-llama-cpp", name, "bins", name);
  const libraries = (await readdir(shipped)).filter((file) => file.endsWith(".so"));
  const fresh = `${output}.${process.pid}`;
  await mkdir(fresh);
  try {
    const theirs = Object.entries(TOOLS).map(([tool, files]) => ({
      tool,
      files: files.map((file) => path.join(source, file)),
    }));
    const ours = Object.entries(OWN_TOOLS).map(([tool, file]) => ({ tool, files: [path.resolve(file)] }));
    for (const { tool, files } of [...theirs, ...ours]) {
      console.log(`  compiling ${tool}`);
      await run(
        compiler,
        [
          "-std=c++17",
          "-O2",
          "-DNDEBUG",
          "-pthread",
          ...INCLUDES.map((folder) => `-I${path.join(source, folder)}`),
          ...files,
          "-o",
          path.join(fresh, tool),
          `-L${shipped}`,
          ...libraries.filter((file) => LIBRARIES.test(file)).map((file) => `-l:${file}`),
        ],
        { maxBuffer: OUTPUT_LIMIT_BYTES },
      );
    }
    // Beside the tools, which is where ggml looks for its CPU back ends.
    for (const file of libraries) await copyFile(path.join(shipped, file), path.join(fresh, file));
    await rename(fresh, output);
  } catch (error) {
    throw new StepError(`The reference tools could not be built:\n${String(error).slice(-2000)}`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return output;
}

export interface ToolRun {
  text: string;
  /** User and system time of the tool alone. */
  cpuMs: number;
}

/** Runs a tool of the folder `tools` with the libraries in it. */
export async function runTool(tools: string, tool: string, args: readonly string[]): Promise<ToolRun> {
  // The shell knows what its children used; its last line is their user and system time.
  const script = '"$0" "$@"; status=$?; times; exit $status';
  const { stdout, stderr } = await run("sh", ["-c", script, path.join(tools, tool), ...args], {
    maxBuffer: OUTPUT_LIMIT_BYTES,
    env: { ...process.env, LD_LIBRARY_PATH: tools },
  });
  return { text: stdout + stderr, cpuMs: childrenMs(stdout) };
}

/** The last line of the shell's `times`: "0m1.230s 0m0.040s". */
function childrenMs(text: string): number {
  const [, minutes, userSeconds, systemMinutes, systemSeconds] =
    /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/u.exec(text) ?? [];
  return ((Number(minutes) + Number(systemMinutes)) * 60 + Number(userSeconds) + Number(systemSeconds)) * 1000;
}
