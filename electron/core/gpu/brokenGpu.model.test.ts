// A driver that ends or hangs the process which loads it, with real engine and fit processes: libggml-vulkan asks the system's loader for
// libvulkan.so.1, and finds one of ours.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ToEngine } from "../../contract/engineProtocol";
import type { ToFit } from "../../contract/fitProtocol";
import type { GpuStart } from "../../contract/gpu";
import { gpuArgument, gpuEnvironment } from "../../hosts/gpuProcess";
import { forkNode } from "../../hosts/node/forkNode";
import type { Child } from "../../process/Fork";
import { openJsonFile } from "../JsonFile";
import { forkWithGpu, type GpuFork } from "./forkWithGpu";
import { GpuStarts, StoredGpu } from "./GpuStarts";

const VULKAN = path.resolve("node_modules/@node-llama-cpp/linux-x64-vulkan");
const BROKEN = {
  ends: "#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }\n",
  hangs: "#include <unistd.h>\n__attribute__((constructor)) static void start(void) { for (;;) pause(); }\n",
};
const compiler = ["cc", "gcc", "clang"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

let folder: string;
const running: Child<unknown>[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-broken-gpu-"));
  if (compiler === undefined) return;
  for (const [name, source] of Object.entries(BROKEN)) {
    const place = path.join(folder, name);
    mkdirSync(place);
    writeFileSync(path.join(place, "driver.c"), source);
    const library = path.join(place, "libvulkan.so.1");
    execFileSync(compiler, ["-shared", "-fPIC", "-o", library, path.join(place, "driver.c")]);
  }
});
afterEach(() => {
  vi.useRealTimers();
  for (const child of running.splice(0)) child.kill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startsIn(name: string) {
  const notices: string[] = [];
  const { file } = await openJsonFile(path.join(folder, `${name}.json`), StoredGpu, () => 0);
  // As after an answer with it: it has a minute to start.
  await file.save({ ...file.value, proven: "this computer automatic all" });
  const starts = new GpuStarts({
    file,
    choice: () => ({ kind: "automatic" }),
    conditions: () => "this computer",
    onUnused: () => {},
    onChanged: () => {},
    onNotice: ({ code }) => notices.push(code),
  });
  return { starts, notices };
}

function forkOf<To extends object>(
  script: string,
  driver: string,
  forked: GpuStart[],
  args: string[] = [],
): GpuFork<To> {
  return (gpu) => (listeners) => {
    forked.push(gpu);
    return forkNode(
      fileURLToPath(new URL(script, import.meta.url)),
      {
        args: [gpuArgument(gpu), ...args],
        execArgv: ["--import", "tsx"],
        env: { ...gpuEnvironment(gpu), LD_LIBRARY_PATH: path.join(folder, driver) },
      },
      listeners,
    );
  };
}

/** Its first words, whichever process says them. */
function hello<To>(fork: ReturnType<typeof forkWithGpu<To>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork({
      onMessage(message) {
        if ((message as { kind?: string }).kind === "hello") resolve(message);
      },
      onExit: (code) => reject(new Error(`it ended with ${code}`)),
    });
    running.push(child as Child<unknown>);
  });
}

const canRun = process.platform === "linux" && process.arch === "x64" && existsSync(VULKAN) && compiler !== undefined;

describe.skipIf(!canRun)("a driver that is broken", () => {
  it(
    "ends the engine at its start: the processor computes, now and at the next start",
    { timeout: 60_000 },
    async () => {
      const { starts, notices } = await startsIn("engine");
      const forked: GpuStart[] = [];
      const fork = forkWithGpu(forkOf<ToEngine>("../../engine/engine.ts", "ends", forked), starts, () => {});
      expect(await hello(fork)).toMatchObject({ backend: expect.stringMatching(/^CPU/), devices: [] });
      expect(forked.map(({ backend }) => backend)).toEqual(["automatic", "processor"]);
      expect(notices).toEqual(["gpu-start-failed"]);
      expect(starts.state.unused).toMatchObject({ why: "failed", cause: "the process ended with code 134" });

      await hello(fork);
      expect(forked.map(({ backend }) => backend)).toEqual(["automatic", "processor", "processor"]);
      expect(notices).toHaveLength(1);
    },
  );

  it("ends the fit process in the same way", { timeout: 60_000 }, async () => {
    const { starts, notices } = await startsIn("fit");
    const forked: GpuStart[] = [];
    const script = forkOf<ToFit>("../../engine/fit/fit.ts", "ends", forked, [path.join(folder, "stubs")]);
    await hello(forkWithGpu(script, starts, () => {}));
    expect(forked.map(({ backend }) => backend)).toEqual(["automatic", "processor"]);
    expect(notices).toEqual(["gpu-start-failed"]);
  });

  it("hangs the engine at its start: it is ended, and the processor computes", { timeout: 60_000 }, async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { starts, notices } = await startsIn("hang");
    const forked: GpuStart[] = [];
    const fork = forkWithGpu(forkOf<ToEngine>("../../engine/engine.ts", "hangs", forked), starts, () => {});
    const said = hello(fork);
    vi.advanceTimersByTime(59_000);
    // Long enough for a sound one to speak.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(forked).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(await said).toMatchObject({ backend: expect.stringMatching(/^CPU/) });
    expect(notices).toEqual(["gpu-start-failed"]);
    expect(starts.state.unused).toMatchObject({ cause: "it said nothing in time" });
  });
});
