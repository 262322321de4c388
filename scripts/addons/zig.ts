// The C++ compiler that builds the addons for every system on one machine: Zig's, which brings the system libraries of each.
// It comes out of a PyPI package, once, into the cache.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { pipDownload, PipError } from "../../electron/core/pipDownload";
import { sha256OfFile } from "../../electron/core/verifiedFile";
import { cacheFolder } from "../cacheFolder.mjs";
import type { Compiler } from "../compileNative";
import { StepError } from "../step";
import type { AddonTarget } from "./targets";

const VERSION = "0.17.1";
const MEGABYTES = 101;
/** Of the wheels, by the system that builds. */
const SHA256: Readonly<Record<string, string>> = {
  "linux-x64": "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
};

/** `zig c++` for a target. Throws StepError when Zig is not there and cannot be fetched. */
export async function zigCompiler(target: AddonTarget, say: (line: string) => void): Promise<Compiler> {
  // What it compiles of the systems' libraries.
  process.env["ZIG_GLOBAL_CACHE_DIR"] ??= path.join(cacheFolder(), "zig");
  process.env["ZIG_LOCAL_CACHE_DIR"] ??= process.env["ZIG_GLOBAL_CACHE_DIR"];
  return [await zig(say), "c++", "-target", target.zigTarget];
}

/** The program, absolute. */
async function zig(say: (line: string) => void): Promise<string> {
  const folder = path.join(cacheFolder(), `ziglang-${VERSION}`);
  const program = path.join(folder, "ziglang", "zig");
  if (existsSync(program)) return program;
  const host = `${process.platform}-${process.arch}`;
  const expected = SHA256[host];
  if (expected === undefined)
    throw new StepError(`The addons of all systems are built on ${Object.keys(SHA256).join(" or ")}; this is ${host}.`);
  say(`fetching the C++ compiler Zig ${VERSION} from PyPI (${MEGABYTES} MB)`);
  const fresh = `${folder}.${process.pid}`;
  try {
    await mkdir(fresh, { recursive: true });
    const signal = new AbortController().signal;
    const requirement = `ziglang==${VERSION}`;
    const wheel = await pipDownload({ requirement, folder: fresh, signal, onBytes: () => undefined });
    if ((await sha256OfFile(wheel, signal)) !== expected)
      throw new StepError(
        `What PyPI delivered as ${requirement} is not the file that Facet knows (its SHA-256 differs).`,
      );
    // Where there is pip there is Python.
    await promisify(execFile)("python3", ["-m", "zipfile", "-e", wheel, fresh]);
    await rm(wheel);
    await chmod(path.join(fresh, "ziglang", "zig"), 0o755);
    await rename(fresh, folder);
  } catch (error) {
    if (error instanceof PipError) throw new StepError(`Zig could not be fetched: ${error.message}`);
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}
